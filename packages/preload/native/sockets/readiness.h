/* readiness.h: what poll(2), select(2) and epoll(7) are to say of a stream, where the Unix socket's answer is another than TCP's. The bits of
 * poll(2) and epoll(7) are the same numbers. */
#ifndef SW_SOCKETS_READINESS_H
#define SW_SOCKETS_READINESS_H

#include "state/fd_table.h"

/* Makes `events` of the Unix socket into those of a TCP socket, for somebody who asked for `wanted`. 0 when TCP would not have woken anybody. */
uint32_t sw_readiness(const struct sw_socket *socket, uint32_t wanted, uint32_t events);

/* What to ask the kernel for, for somebody who asked for `wanted` of a stream: TCP never tells of a band to write to, a Unix socket always would.
 * And of an urgent byte it says that there is something to read: POLLPRI, which EPOLLEXCLUSIVE does not go with, tells such an answer from
 * others. */
static inline uint32_t sw_readiness_asked(uint32_t wanted) {
    /* POLLIN | POLLRDNORM, POLLPRI, POLLWRBAND, EPOLLEXCLUSIVE */
    enum { READ = 0x001 | 0x040, PRIORITY = 0x002, WRITE_BAND = 0x200, EXCLUSIVE = 1 << 28 };
    bool reads = (wanted & READ) != 0 && (wanted & EXCLUSIVE) == 0;
    return (wanted & ~(uint32_t)WRITE_BAND) | (reads ? (uint32_t)PRIORITY : 0);
}

/* Whether this process has ever had a stream with SO_RCVLOWAT, which the kernel heeds for TCP's poll(2) alone. */
extern atomic_bool sw_readiness_low_water;

/* Whether the answer for these events may differ: those of most moments do not. */
static inline bool sw_readiness_differs(uint32_t events) {
    enum { PRIORITY = 0x002, HANGUP = 0x010 }; /* POLLPRI, POLLHUP */
    return (events & (PRIORITY | HANGUP)) != 0 || atomic_load_explicit(&sw_readiness_low_water, memory_order_relaxed);
}

/* Whether this process has ever shut the writing half of a stream that stays full: to a Unix socket that is not writable. */
extern atomic_bool sw_readiness_full_shut;

/* Whether a socket may have something to tell of which the kernel knows nothing, and what that is for somebody who asked for `wanted`. */
bool sw_readiness_any_hidden(void);
uint32_t sw_readiness_hidden(const struct sw_socket *socket, uint32_t wanted);

/* After shutdown(2) with SHUT_WR: a write would fail at once, so TCP calls the socket writable and wakes who waits for that. */
void sw_readiness_write_shut(int fd);

/* Wakes whoever waits for the socket to become writable: for changes of which a Unix socket gives no sign of its own. */
void sw_readiness_wake_writers(int fd);

#endif
