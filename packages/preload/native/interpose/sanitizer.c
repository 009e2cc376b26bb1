/* sanitizer.c: what the runtimes of compilers ask their program for. */
#include "interpose/export.h"

SW_EXPORT const char *__asan_default_options(void);

/* AddressSanitizer as GCC links it ends a program in which another library stands in front of its own. This one calls the functions that are
 * behind it, which are then the sanitizer's, so nothing escapes it. A program that has such a function itself is asked instead. */
SW_EXPORT const char *__asan_default_options(void) {
    return "verify_asan_link_order=0";
}
