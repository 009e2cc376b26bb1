/* poll.c: poll(2), whose answer for a Unix stream differs in two bits from that for TCP. */
#include "base/real.h"
#include "interpose/export.h"
#include "interpose/start.h"
#include "state/fd_table.h"

#include <poll.h>
#include <sys/socket.h>
#include <time.h>

/* Only AF_UNIX sets POLLWRBAND; and it sets POLLHUP as soon as the peer is gone, TCP when both directions have ended. */
static short translate(const struct sw_record *record, short wanted, short events) {
    if (record->type != SOCK_STREAM)
        return events;
    events &= ~POLLWRBAND;
    if (sw_record_has(record, SW_RESET_RECEIVED))
        return events | POLLERR | POLLHUP;
    bool error = atomic_load_explicit(&record->pending_error, memory_order_relaxed) != 0;
    if (sw_record_has(record, SW_CONNECT_FAILED))
        events |= POLLHUP | (wanted & (POLLIN | POLLRDNORM | POLLRDHUP));
    if (error)
        return events | POLLERR;
    if (sw_record_has(record, SW_RESET_SENT) && sw_record_has(record, SW_CONNECTED))
        return events | POLLERR;
    bool half_open = sw_record_has(record, SW_CONNECTED) && !sw_record_has(record, SW_WRITE_SHUT | SW_RESET_SENT);
    if (half_open && (events & POLLERR) == 0 && (events & ~POLLHUP) != 0)
        events &= ~POLLHUP;
    return events;
}

static int translate_all(struct pollfd *descriptors, nfds_t count, int result) {
    struct sw_socket socket;
    if (result <= 0 || !sw_network_any())
        return result;
    for (nfds_t i = 0; i < count; i++)
        if (descriptors[i].revents != 0 && sw_fd_hint(descriptors[i].fd, &socket))
            descriptors[i].revents = translate(socket.record, descriptors[i].events, descriptors[i].revents);
    return result;
}

/* poll(2) */
SW_EXPORT int poll(struct pollfd *descriptors, nfds_t count, int timeout) {
    sw_start();
    return translate_all(descriptors, count, sw_real.poll(descriptors, count, timeout));
}

/* ppoll(2) */
SW_EXPORT int ppoll(struct pollfd *descriptors, nfds_t count, const struct timespec *timeout, const sigset_t *mask) {
    sw_start();
    return translate_all(descriptors, count, sw_real.ppoll(descriptors, count, timeout, mask));
}

extern void __chk_fail(void) __attribute__((noreturn));

SW_EXPORT int __poll_chk(struct pollfd *descriptors, nfds_t count, int timeout, size_t room);
SW_EXPORT int __ppoll_chk(struct pollfd *descriptors, nfds_t count, const struct timespec *timeout, const sigset_t *mask, size_t room);

SW_EXPORT int __poll_chk(struct pollfd *descriptors, nfds_t count, int timeout, size_t room) {
    if (room / sizeof *descriptors < count)
        __chk_fail();
    return poll(descriptors, count, timeout);
}

SW_EXPORT int __ppoll_chk(struct pollfd *descriptors, nfds_t count, const struct timespec *timeout, const sigset_t *mask, size_t room) {
    if (room / sizeof *descriptors < count)
        __chk_fail();
    return ppoll(descriptors, count, timeout, mask);
}
