/* clock.h: the machine's time.
 *
 * libfaketime and the like give a program another time, which may run faster or stand still. What is compared with other processes and with the
 * kernel's own stamps, and what a loop waits for, is the machine's. */
#ifndef SW_BASE_CLOCK_H
#define SW_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* clock_gettime(2), by libc itself. errno is untouched. */
struct timespec sw_clock(clockid_t clock);

/* The same in nanoseconds. */
static inline uint64_t sw_clock_ns(clockid_t clock) {
    struct timespec now = sw_clock(clock);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

#endif
