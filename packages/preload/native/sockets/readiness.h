/* readiness.h: what poll(2), select(2) and epoll(7) are to say of a stream, where the Unix socket's answer is another than TCP's. The bits of
 * poll(2) and epoll(7) are the same numbers. */
#ifndef SW_SOCKETS_READINESS_H
#define SW_SOCKETS_READINESS_H

#include "state/fd_table.h"

/* Makes `events` of the Unix socket into those of a TCP socket, for somebody who asked for `wanted`. 0 when TCP would not have woken anybody. */
uint32_t sw_readiness(const struct sw_socket *socket, uint32_t wanted, uint32_t events);

/* Whether this process has ever had a stream with SO_RCVLOWAT, which the kernel heeds for TCP's poll(2) alone. */
extern atomic_bool sw_readiness_low_water;

/* Whether the answer for these events may differ: those of most moments do not. */
static inline bool sw_readiness_differs(uint32_t events) {
    enum { PRIORITY = 0x002, HANGUP = 0x010 }; /* POLLPRI, POLLHUP */
    return (events & (PRIORITY | HANGUP)) != 0 || atomic_load_explicit(&sw_readiness_low_water, memory_order_relaxed);
}

/* Wakes whoever waits for the socket to become writable: for changes of which a Unix socket gives no sign of its own. */
void sw_readiness_wake_writers(int fd);

#endif
