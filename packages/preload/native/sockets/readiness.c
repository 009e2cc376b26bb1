#include "sockets/readiness.h"

#include "base/real.h"
#include "sockets/error_queue.h"

#include <errno.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

/* Whether all there is to read is urgent: a Unix socket is readable then, a TCP socket is not. */
static bool is_only_urgent(const struct sw_socket *socket) {
    char byte;
    int saved_errno = errno;
    bool nothing = sw_real.recv(socket->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
    errno = saved_errno;
    return nothing;
}

/* The same where POLLPRI was not asked for; only in a network in which there ever was something urgent it takes a question. */
static bool may_be_urgent(const struct sw_socket *socket, uint32_t wanted, uint32_t events) {
    struct pollfd urgent = {.fd = socket->fd, .events = POLLPRI};
    if ((events & POLLPRI) != 0)
        return true;
    return (wanted & POLLPRI) == 0 && atomic_load_explicit(&socket->network->state->header.urgent, memory_order_relaxed) != 0 &&
           sw_real.poll(&urgent, 1, 0) > 0;
}

atomic_bool sw_readiness_low_water;

/* tcp_stream_is_readable(): less than SO_RCVLOWAT is nothing to read, unless it is all that will come. */
static bool is_below_low_water(const struct sw_socket *socket) {
    int saved_errno = errno, wanted = 1, unread = 0;
    socklen_t length = sizeof wanted;
    struct pollfd end = {.fd = socket->fd, .events = POLLRDHUP};
    bool is_below = sw_real.getsockopt(socket->fd, SOL_SOCKET, SO_RCVLOWAT, &wanted, &length) == 0 && wanted > 1 &&
                    sw_real.ioctl(socket->fd, FIONREAD, &unread) == 0 && unread < wanted && sw_real.poll(&end, 1, 0) == 0;
    errno = saved_errno;
    return is_below;
}

atomic_bool sw_readiness_full_shut;

bool sw_readiness_any_hidden(void) {
    return sw_error_queue_any() || atomic_load_explicit(&sw_readiness_full_shut, memory_order_relaxed);
}

uint32_t sw_readiness_hidden(const struct sw_socket *socket, uint32_t wanted) {
    const struct sw_record *record = socket->record;
    /* datagram_poll() and tcp_poll() report what is queued as an error, whether it was asked for or not. */
    uint32_t hidden = sw_error_queue_waits(record) ? POLLERR : 0;
    if (atomic_load_explicit(&sw_readiness_full_shut, memory_order_relaxed) && record->type == SOCK_STREAM &&
        sw_record_has(record, SW_CONNECTED) && sw_record_has(record, SW_WRITE_SHUT))
        hidden |= wanted & (POLLOUT | POLLWRNORM);
    return hidden;
}

uint32_t sw_readiness(const struct sw_socket *socket, uint32_t wanted, uint32_t events) {
    const struct sw_record *record = socket->record;
    uint32_t hidden = sw_readiness_hidden(socket, wanted);
    if (record->type != SOCK_STREAM || events == 0)
        return events | hidden;
    const uint32_t all = wanted & (POLLIN | POLLRDNORM | POLLRDHUP | POLLOUT | POLLWRNORM);
    /* Only AF_UNIX sets it. */
    events &= ~(uint32_t)POLLWRBAND;
    if (sw_record_has(record, SW_RESET_RECEIVED))
        return all | POLLERR | POLLHUP | (events & wanted & POLLPRI);
    if ((events & (POLLIN | POLLRDNORM)) != 0 && (events & (POLLHUP | POLLRDHUP)) == 0 && may_be_urgent(socket, wanted, events) &&
        is_only_urgent(socket))
        events &= ~(uint32_t)(POLLIN | POLLRDNORM);
    events &= wanted | ~(uint32_t)POLLPRI;
    if ((events & (POLLIN | POLLRDNORM)) != 0 && !sw_record_has(record, SW_LISTENING) &&
        atomic_load_explicit(&sw_readiness_low_water, memory_order_relaxed) && is_below_low_water(socket))
        events &= ~(uint32_t)(POLLIN | POLLRDNORM);
    if (sw_record_has(record, SW_CONNECT_FAILED))
        events |= POLLHUP | (wanted & (POLLIN | POLLRDNORM | POLLRDHUP));
    if (atomic_load_explicit(&record->pending_error, memory_order_relaxed) != 0 && !sw_record_has(record, SW_LISTENING))
        return events | POLLERR;
    if (sw_record_has(record, SW_RESET_SENT) && sw_record_has(record, SW_CONNECTED))
        return events | POLLERR;
    /* AF_UNIX hangs up as soon as the peer is gone, TCP when both directions have ended. */
    bool half_open = sw_record_has(record, SW_CONNECTED) && !sw_record_has(record, SW_WRITE_SHUT | SW_RESET_SENT);
    if (half_open && (events & POLLERR) == 0)
        events &= ~(uint32_t)POLLHUP;
    return events | hidden;
}

void sw_readiness_wake_writers(int fd) {
    int size = 0;
    socklen_t length = sizeof size;
    if (sw_real.getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, &length) != 0)
        return;
    size /= 2;
    sw_real.setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
}

static bool is_writable(int fd) {
    return sw_real.poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, 0) > 0;
}

void sw_readiness_write_shut(int fd) {
    /* A Unix socket is writable when it has filled a quarter of its buffer at most. Nothing is written any more, so the buffer may be of any
     * size; but only with CAP_NET_ADMIN may it be as large as it takes. */
    enum { HUGE = 1 << 29 };
    int saved_errno = errno;
    if (!is_writable(fd) && (sw_real.setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &(int){HUGE}, sizeof(int)) != 0 || !is_writable(fd)))
        atomic_store_explicit(&sw_readiness_full_shut, true, memory_order_relaxed);
    errno = saved_errno;
}
