#include "attach/libc.h"

#include <stddef.h>
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
