/* deadline.h: the time limit of a call that may have to wait more than once. */
#ifndef SW_INTERPOSE_DEADLINE_H
#define SW_INTERPOSE_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct sw_deadline {
    bool is_first;   /* nothing was waited for yet: the program's own limit holds as it is */
    int given_ms;
    int64_t at;      /* nanoseconds of CLOCK_MONOTONIC; -1 for never, 0 for at once */
};

/* `timeout` of poll(2) in milliseconds, negative for none. */
struct sw_deadline sw_deadline_after_ms(int timeout);

/* NULL for none. */
struct sw_deadline sw_deadline_after(const struct timespec *timeout);

/* Whether to wait once more: there is time left. */
bool sw_deadline_is_ahead(struct sw_deadline *deadline);

/* What is left, for poll(2) and its kin, rounded up. */
int sw_deadline_ms(const struct sw_deadline *deadline);

/* What is left, in `left`; at first the very pointer that the program gave. */
const struct timespec *sw_deadline_left(const struct sw_deadline *deadline, const struct timespec *given, struct timespec *left);

#endif
