/* loader.c: dlopen(3), which can lead a library past this one. */
#include "base/config.h"
#include "base/real.h"
#include "interpose/export.h"
#include "interpose/start.h"

#include <dlfcn.h>

#ifndef RTLD_DEEPBIND
#define RTLD_DEEPBIND 0 /* musl has no such flag */
#endif

/* dlopen(3). With RTLD_DEEPBIND, as PHP loads its extensions, a library finds libc's functions in front of ours.
 *
 * The dynamic linker looks at the return address for whose RUNPATH to search, so the call must be the last thing done: the compiler makes a
 * jump of it. */
SW_EXPORT void *dlopen(const char *path, int mode) {
    sw_start();
    if ((mode & RTLD_DEEPBIND) != 0 && sw_config_directory() != NULL)
        mode &= ~RTLD_DEEPBIND;
    return sw_real.dlopen(path, mode);
}
