/* loader.c: dlopen(3), which can lead a library past this one. */
#include "base/config.h"
#include "base/real.h"
#include "interpose/export.h"
#include "interpose/start.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <string.h>

#ifndef RTLD_DEEPBIND
#define RTLD_DEEPBIND 0 /* musl has no such flag */
#endif

#ifdef __GLIBC__
static const char LIBC[] = "libc.so.6";
#else
static const char LIBC[] = "libc.so";
#endif

/* What is loaded already, or NULL. */
static void *loaded(const char *path) {
    return sw_real.dlopen(path, RTLD_LAZY | RTLD_NOLOAD);
}

/* Whether `path` is libc, by any of its names: both linkers answer with one handle for one object. */
static bool is_libc(const char *path) {
    const char *slash = strrchr(path, '/'), *name = slash == NULL ? path : slash + 1;
    if (strncmp(name, "libc.", 5) != 0 && strncmp(name, "ld-musl-", 8) != 0)
        return false;
    void *libc = loaded(LIBC), *object = loaded(path);
    bool is_same = libc != NULL && object == libc;
    if (object != NULL)
        dlclose(object);
    if (libc != NULL)
        dlclose(libc);
    return is_same;
}

/* A handle by which dlsym(3) finds our functions, and libc's behind them: it searches an object and then what that one needs. */
static void *libc_behind_us(void) {
    Dl_info info;
    return dladdr((void *)libc_behind_us, &info) == 0 ? NULL : loaded(info.dli_fname);
}

/* dlopen(3). Who asks for libc itself wants to call its functions, as programs of other languages do: ctypes, P/Invoke, JNA, Fiddle.
 *
 * With RTLD_DEEPBIND, as PHP loads its extensions, a library finds libc's functions in front of ours.
 *
 * The dynamic linker looks at the return address for whose RUNPATH to search, so the call must be the last thing done: the compiler makes a
 * jump of it. */
SW_EXPORT void *dlopen(const char *path, int mode) {
    sw_start();
    if (path != NULL && is_libc(path)) {
        void *handle = libc_behind_us();
        if (handle != NULL)
            return handle;
    }
    if ((mode & RTLD_DEEPBIND) != 0 && sw_config_directory() != NULL)
        mode &= ~RTLD_DEEPBIND;
    return sw_real.dlopen(path, mode);
}
