/* poll.h: waiting for several descriptors, each told what TCP would say: what poll(2) and select(2) have in common. */
#ifndef SW_INTERPOSE_POLL_H
#define SW_INTERPOSE_POLL_H

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <time.h>

struct sw_poll {
    struct pollfd *descriptors;
    nfds_t count;
    bool only_asked;                /* select(2): nothing counts beside what was asked for, not even a hang-up */
    const struct timespec *timeout; /* NULL for none */
    const sigset_t *mask;           /* of signals while it waits; NULL to leave them */
};

/* ppoll(2), with errno. */
int sw_poll(const struct sw_poll *wanted);

#endif
