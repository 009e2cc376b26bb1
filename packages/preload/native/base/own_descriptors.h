/* own_descriptors.h: the descriptors of this library itself, which the program must not meet.
 *
 * They are far above the numbers that programs count on, and the calls that close or copy descriptors pass over them. */
#ifndef SW_BASE_OWN_DESCRIPTORS_H
#define SW_BASE_OWN_DESCRIPTORS_H

#include <stdbool.h>

/* Moves `fd` up, and notes it as one of ours. The number it has from now on. */
int sw_own_descriptor_take(int fd);

/* Forgets `fd`, which the caller closes. */
void sw_own_descriptor_release(int fd);

/* Whether `fd` is one of ours. */
bool sw_own_descriptor_is(int fd);

/* Whether there may be any. */
bool sw_own_descriptor_any(void);

#endif
