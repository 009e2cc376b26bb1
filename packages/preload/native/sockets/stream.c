#include "sockets/stream.h"

#include "base/parts.h"
#include "base/real.h"
#include "base/scratch.h"
#include "capture/capture.h"
#include "sockets/control.h"
#include "sockets/error_queue.h"
#include "sockets/late.h"
#include "sockets/options.h"
#include "sockets/stream_state.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>

int sw_pending_error(struct sw_socket *socket) {
    struct sw_record *record = socket->record;
    if (atomic_load_explicit(&record->pending_error, memory_order_relaxed) == 0)
        return 0;
    int pending = atomic_exchange(&record->pending_error, 0), native;
    socklen_t length = sizeof native;
    sw_real.getsockopt(socket->fd, SOL_SOCKET, SO_ERROR, &native, &length);
    return pending;
}

ssize_t sw_stream_received(struct sw_socket *socket, ssize_t result, bool peeked) {
    struct sw_record *record = socket->record;
    if (result > 0) {
        if (!peeked && sw_capture_is_on(socket->network))
            sw_capture_received(socket, (size_t)result);
        else if (!peeked)
            atomic_fetch_add_explicit(&record->received, (uint64_t)result, memory_order_relaxed);
        return result;
    }
    if (result == 0) {
        if (!peeked)
            sw_capture_end_of_stream(socket);
        /* Whoever looks has met the error as well. */
        if (sw_record_has(record, SW_RESET_RECEIVED)) {
            sw_stream_was_reset(record);
            return -ECONNRESET;
        }
        return 0;
    }
    int error = errno;
    if (error == EINVAL && sw_record_has(record, SW_LISTENING))
        return -ENOTCONN;
    if (error == EINVAL && !sw_record_has(record, SW_CONNECTED)) {
        int pending = sw_pending_error(socket);
        if (pending != 0)
            return -pending;
        return sw_record_has(record, SW_CONNECT_FAILED | SW_READ_SHUT | SW_RESET_SENT) ? 0 : -ENOTCONN;
    }
    if (error == ECONNRESET) {
        int pending = sw_pending_error(socket);
        if (pending != 0)
            return -pending;
        sw_capture_end_of_stream(socket);
        /* tcp_recvmsg(): behind the peer's end there is nothing to be reset, and what sends meets the error. */
        if (sw_stream_was_ended_first(record))
            return 0;
        sw_stream_was_reset(record);
    }
    return -error;
}

ssize_t sw_stream_ended(struct sw_socket *socket, const struct msghdr *message, ssize_t result, int flags) {
    bool peeked = (flags & MSG_PEEK) != 0;
    int error = errno;
    /* tcp_recv_urg() looks for an urgent byte, whatever has become of the connection. */
    if (result <= 0 && (flags & MSG_OOB) != 0 && error != EAGAIN)
        return sw_record_has(socket->record, SW_LISTENING) ? -ENOTCONN : -EINVAL;
    if (sw_record_has(socket->record, SW_LATE) && result < 0 && error == ECONNRESET) {
        /* It stands behind that data, and is met there. */
        sw_record_set(socket->record, SW_RESET_RECEIVED);
        result = 0;
    }
    if (result == 0 && sw_record_has(socket->record, SW_LATE)) {
        ssize_t late = sw_late_take(socket, message, flags);
        if (late > 0)
            return sw_stream_received(socket, late, peeked);
        if (late < 0)
            return late;
    }
    if (result == 0 && !peeked)
        sw_record_set(socket->record, SW_END_READ);
    errno = error;
    return sw_stream_received(socket, result, peeked);
}

static bool is_at_mark(int fd) {
    int is_at = 0;
    return sw_real.ioctl(fd, SIOCATMARK, &is_at) == 0 && is_at != 0;
}

/* How much of `unread` bytes stands in front of an urgent one: as much as one look shows. The bytes themselves are of no interest, so all parts
 * share their room. */
static int in_front_of_mark(int fd, int unread) {
    enum { PARTS = 128 };
    struct iovec parts[PARTS];
    struct msghdr message = {.msg_iov = parts};
    if (is_at_mark(fd))
        return 0;
    for (int left = unread; left > 0 && message.msg_iovlen < PARTS; left -= SW_NOWHERE_SIZE)
        parts[message.msg_iovlen++] = (struct iovec){sw_nowhere, left < SW_NOWHERE_SIZE ? (size_t)left : SW_NOWHERE_SIZE};
    ssize_t seen = sw_real.recvmsg(fd, &message, MSG_PEEK | MSG_DONTWAIT);
    if (seen > 0)
        return message.msg_iovlen < PARTS ? (int)seen : unread;
    /* The place of an urgent byte that was passed over still counts. */
    return 0;
}

int sw_stream_unread(const struct sw_socket *socket) {
    int unread = 0, is_inline = 0, saved_errno = errno;
    socklen_t length = sizeof is_inline;
    if (sw_real.ioctl(socket->fd, FIONREAD, &unread) != 0)
        return -errno;
    /* Only in a network in which there ever was something urgent it takes more questions. */
    if (unread > 0 && atomic_load_explicit(&socket->network->state->header.urgent, memory_order_relaxed) != 0 &&
        sw_real.getsockopt(socket->fd, SOL_SOCKET, SO_OOBINLINE, &is_inline, &length) == 0 && is_inline == 0)
        unread = in_front_of_mark(socket->fd, unread);
    errno = saved_errno;
    return unread + (int)sw_late_size(socket);
}

/* MSG_TRUNC of tcp(7): the bytes are taken, or counted, and go nowhere. */
static ssize_t discard(const struct sw_socket *socket, struct msghdr *message, int flags) {
    size_t wanted = sw_parts_length(message), done = 0;
    message->msg_controllen = 0;
    message->msg_flags = 0;
    flags &= ~MSG_TRUNC;
    if ((flags & MSG_PEEK) != 0) {
        ssize_t seen = sw_real.recv(socket->fd, sw_nowhere, wanted < SW_NOWHERE_SIZE ? wanted : SW_NOWHERE_SIZE, flags);
        int unread = 0;
        if (seen < SW_NOWHERE_SIZE || sw_real.ioctl(socket->fd, FIONREAD, &unread) != 0)
            return seen;
        return (size_t)unread < wanted ? unread : (ssize_t)wanted;
    }
    bool waits = (flags & (MSG_WAITALL | MSG_DONTWAIT)) == MSG_WAITALL;
    int unread = 0;
    do {
        size_t size = wanted - done < SW_NOWHERE_SIZE ? wanted - done : SW_NOWHERE_SIZE;
        ssize_t taken = sw_real.recv(socket->fd, sw_nowhere, size, flags);
        if (taken <= 0)
            return done > 0 ? (ssize_t)done : taken;
        done += (size_t)taken;
        /* The next call is to meet what stands behind the data, be it urgent or an error. */
    } while (done < wanted && !is_at_mark(socket->fd) &&
             (waits || (sw_real.ioctl(socket->fd, FIONREAD, &unread) == 0 && unread > 0)));
    return (ssize_t)done;
}

void sw_stream_await(const struct sw_socket *socket, size_t wanted, int flags) {
    struct timeval limit = {0};
    socklen_t length = sizeof limit;
    if ((flags & MSG_DONTWAIT) != 0 || (sw_real.fcntl(socket->fd, F_GETFL) & O_NONBLOCK) != 0)
        return;
    sw_real.getsockopt(socket->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, &length);
    int64_t limit_ms = (int64_t)limit.tv_sec * 1000 + (limit.tv_usec + 999) / 1000;
    int saved_errno = errno, unread = 0;
    /* What is there already wakes nobody: only edges do. */
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET};
    if (epoll >= 0 && sw_real.epoll_ctl(epoll, EPOLL_CTL_ADD, socket->fd, &event) == 0)
        while (sw_real.ioctl(socket->fd, FIONREAD, &unread) == 0 && (size_t)unread < wanted &&
               sw_real.epoll_wait(epoll, &event, 1, limit_ms > 0 ? (int)(limit_ms < INT_MAX ? limit_ms : INT_MAX) : -1) == 1 &&
               (event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) == 0)
            continue;
    if (epoll >= 0)
        sw_real.close(epoll);
    errno = saved_errno;
}

/* tcp(7)'s TCP_INQ: how much can still be read. */
static void add_unread(const struct sw_socket *socket, struct msghdr *message, size_t room) {
    enum { TCP_CM_INQ_MESSAGE = 36 };
    int unread = sw_stream_unread(socket);
    /* tcp_inq_hint(): the peer's FIN counts as one. */
    if (sw_stream_state(socket) == TCP_CLOSE_WAIT)
        unread++;
    sw_control_put(message, room, IPPROTO_TCP, TCP_CM_INQ_MESSAGE, &unread, sizeof unread);
}

ssize_t sw_stream_receive(struct sw_socket *socket, struct msghdr *message, int flags) {
    /* TCP names no peer. */
    void *name = message->msg_name;
    if ((flags & MSG_ERRQUEUE) != 0)
        return sw_error_queue_take(socket, message);
    message->msg_name = NULL;
    message->msg_namelen = 0;
    size_t room = message->msg_controllen;
    if ((flags & (MSG_PEEK | MSG_WAITALL)) == (MSG_PEEK | MSG_WAITALL))
        sw_stream_await(socket, sw_parts_length(message), flags);
    ssize_t result = (flags & MSG_TRUNC) != 0 ? discard(socket, message, flags) : sw_real.recvmsg(socket->fd, message, flags);
    /* The place of an urgent byte that was taken stays readable until somebody comes past it. */
    if (result > 0 && (flags & (MSG_OOB | MSG_PEEK)) == MSG_OOB)
        sw_real.recv(socket->fd, NULL, 0, MSG_DONTWAIT);
    message->msg_name = name;
    bool is_room = result < 0 || sw_parts_length(message) > 0;
    if (!is_room && (result > 0 || !sw_record_has(socket->record, SW_RESET_RECEIVED) || sw_stream_unread(socket) > 0)) {
        if (sw_options_may_stamp(socket->record) && sw_stream_unread(socket) > 0)
            sw_control_stamp(socket, message, room);
        return 0;
    }
    if (result > 0 && sw_options_may_stamp(socket->record))
        sw_control_stamp(socket, message, room); /* tcp_recv_timestamp() */
    if (result >= 0 && sw_options_switch(socket->record, SW_SWITCH_TCP_INQ))
        add_unread(socket, message, room);
    return result > 0 ? sw_stream_received(socket, result, (flags & MSG_PEEK) != 0) : sw_stream_ended(socket, message, result, flags);
}

uint32_t sw_stream_mtu(const struct sw_network *network, const struct sw_record *record) {
    struct sw_site site = sw_address_site(network, record->interface, &record->peer);
    return site.scope == SW_SCOPE_LOOPBACK || site.interface == record->interface ? 65536 : 1500;
}

uint64_t sw_stream_queued(const struct sw_socket *socket) {
    int queued = 0;
    return sw_real.ioctl(socket->fd, TIOCOUTQ, &queued) == 0 ? (uint64_t)queued : 0;
}

int sw_getsockname(struct sw_socket *socket, struct sockaddr *address, socklen_t *length) {
    if (length == NULL || address == NULL)
        return -EFAULT;
    if ((int)*length < 0)
        return -EINVAL;
    struct sw_record *record = socket->record;
    struct sw_address local = record->local;
    if (local.family == 0)
        local.family = record->family;
    sw_address_write(&local, record->family, address, length);
    return 0;
}

int sw_getpeername(struct sw_socket *socket, struct sockaddr *address, socklen_t *length) {
    struct sw_record *record = socket->record;
    if (!sw_record_has(record, SW_CONNECTED) || sw_record_has(record, SW_WAITING) ||
        (record->type == SOCK_STREAM && sw_stream_is_closed(socket)))
        return -ENOTCONN;
    if (record->peer.port == 0) /* inet_getname(): of a UDP socket, which may connect to it. */
        return -ENOTCONN;
    if (length == NULL || address == NULL)
        return -EFAULT;
    if ((int)*length < 0)
        return -EINVAL;
    sw_address_write(&record->peer, record->family, address, length);
    return 0;
}
