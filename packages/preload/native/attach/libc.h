/* libc.h: included before every file of the addon. A library that dlopen(3) brought has no next one, so what RTLD_NEXT would find is looked
 * for in libc itself, past all that was preloaded. */
#ifndef SW_ATTACH_LIBC_H
#define SW_ATTACH_LIBC_H

#include <dlfcn.h>

void *sw_libc(void);

#undef RTLD_NEXT
#define RTLD_NEXT sw_libc()

#endif
