#include "attach/libc.h"

#include "base/next.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

#ifdef __GLIBC__
#define NAME "libc.so.6"
#else
#define NAME "libc.so"
#endif

void *sw_libc(void) {
    static void *_Atomic handle;
    if (handle == NULL)
        handle = dlopen(NAME, RTLD_LAZY | RTLD_NOLOAD);
    return handle;
}

void sw_next_functions(const char *names, void **functions) {
    for (; *names != '\0'; names += strlen(names) + 1)
        *functions++ = dlsym(sw_libc(), names);
}

void *sw_libc_function(const char *name) {
    return dlsym(sw_libc(), name);
}
