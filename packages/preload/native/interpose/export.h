/* export.h: how the interpose layer shows a symbol and answers in libc's terms. */
#ifndef SW_INTERPOSE_EXPORT_H
#define SW_INTERPOSE_EXPORT_H

#include <errno.h>
#include <features.h>
#include <sys/types.h>

#define SW_EXPORT __attribute__((visibility("default")))

/* Where musl's prototypes differ from glibc's. */
#ifdef __GLIBC__
typedef unsigned long sw_ioctl_request;
typedef int sw_mmsg_flags;
#else
typedef int sw_ioctl_request;
typedef unsigned sw_mmsg_flags;
#endif

/* Modules answer with a value or a negative errno; only the interpose layer sets errno. */
static inline ssize_t sw_answer(ssize_t result) {
    if (result >= 0)
        return result;
    errno = (int)-result;
    return -1;
}

#endif
