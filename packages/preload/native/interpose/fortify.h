/* fortify.h: the end of a program that promises more room than its buffer has, as -D_FORTIFY_SOURCE finds it out. */
#ifndef SW_INTERPOSE_FORTIFY_H
#define SW_INTERPOSE_FORTIFY_H

#ifdef __GLIBC__
extern void __chk_fail(void) __attribute__((noreturn));
#else
/* musl has no such functions, so nothing that was compiled for it calls those which check. */
static inline __attribute__((noreturn)) void __chk_fail(void) {
    __builtin_trap();
}
#endif

#endif
