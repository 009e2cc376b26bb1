#include "interpose/deadline.h"

#include "base/clock.h"
#include "base/memory.h"

#include <limits.h>
#include <stddef.h>

enum { NS_PER_MS = 1000000 };
#define NS_PER_S 1000000000ll

static int64_t now(void) {
    return (int64_t)sw_clock_ns(CLOCK_MONOTONIC);
}

struct sw_deadline sw_deadline_after_ms(int timeout) {
    struct sw_deadline deadline = {.is_first = true, .given_ms = timeout, .at = timeout < 0 ? -1 : 0};
    if (timeout > 0)
        deadline.at = now() + (int64_t)timeout * NS_PER_MS;
    return deadline;
}

struct sw_deadline sw_deadline_after(const struct timespec *timeout) {
    struct sw_deadline deadline = {.is_first = true, .at = -1};
    if (!sw_is_readable(timeout, sizeof *timeout))
        return deadline;
    /* What is out of range is for the kernel to refuse. */
    if (timeout->tv_sec < 0 || timeout->tv_nsec < 0 || timeout->tv_nsec >= NS_PER_S || (timeout->tv_sec | timeout->tv_nsec) == 0)
        deadline.at = 0;
    else if (timeout->tv_sec < LLONG_MAX / NS_PER_S / 2)
        deadline.at = now() + timeout->tv_sec * NS_PER_S + timeout->tv_nsec;
    return deadline;
}

bool sw_deadline_is_ahead(struct sw_deadline *deadline) {
    deadline->is_first = false;
    return deadline->at < 0 || (deadline->at > 0 && now() < deadline->at);
}

static int64_t left_of(const struct sw_deadline *deadline) {
    int64_t left = deadline->at - now();
    return left > 0 ? left : 0;
}

int sw_deadline_ms(const struct sw_deadline *deadline) {
    if (deadline->is_first)
        return deadline->given_ms;
    if (deadline->at < 0)
        return -1;
    int64_t ms = (left_of(deadline) + NS_PER_MS - 1) / NS_PER_MS;
    return ms < INT_MAX ? (int)ms : INT_MAX;
}

const struct timespec *sw_deadline_left(const struct sw_deadline *deadline, const struct timespec *given, struct timespec *left) {
    if (deadline->is_first || deadline->at < 0)
        return given;
    int64_t ns = left_of(deadline);
    *left = (struct timespec){.tv_sec = (time_t)(ns / NS_PER_S), .tv_nsec = (long)(ns % NS_PER_S)};
    return left;
}
