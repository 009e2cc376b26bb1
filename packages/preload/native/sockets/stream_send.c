/* stream_send.c: what is sent on TCP sockets. */
#include "sockets/stream.h"

#include "base/parts.h"
#include "base/real.h"
#include "capture/capture.h"
#include "capture/wait.h"
#include "sockets/buffer.h"
#include "sockets/connect.h"
#include "sockets/control.h"
#include "sockets/error_queue.h"
#include "sockets/late.h"
#include "sockets/self.h"
#include "sockets/stream_state.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>

/* What tcp_sendmsg() of the kernel hands to the network before it waits for an answer, half of the largest window. */
enum { UNANSWERED = 524288 };

static ssize_t broken_pipe(int flags) {
    if ((flags & MSG_NOSIGNAL) == 0)
        pthread_kill(pthread_self(), SIGPIPE);
    return -EPIPE;
}

/* The Unix socket would not take the bytes: what TCP says instead. */
static ssize_t send_failed(struct sw_socket *socket, int error, const struct msghdr *message, int flags) {
    struct sw_record *record = socket->record;
    int pending = sw_pending_error(socket);
    if (pending != 0)
        return pending == EPIPE ? broken_pipe(flags) : -pending;
    if (error == ENOTCONN)
        return broken_pipe(flags);
    /* tcp_reset(): in CLOSE_WAIT a reset is EPIPE. */
    if (error == ECONNRESET && sw_stream_was_ended_first(record))
        error = EPIPE;
    if (error == ECONNRESET)
        sw_stream_was_reset(record);
    if (error != EPIPE)
        return -error;
    int native = 0;
    socklen_t native_length = sizeof native;
    bool was_reset = sw_real.getsockopt(socket->fd, SOL_SOCKET, SO_ERROR, &native, &native_length) == 0 && native == ECONNRESET;
    if (sw_stream_was_ended_first(record) && was_reset) {
        sw_stream_was_reset(record);
        return broken_pipe(flags);
    }
    /* sk_stream_error(): the error of the socket comes before that of a half which is shut. */
    if (was_reset || sw_record_has(record, SW_RESET_RECEIVED)) {
        sw_stream_was_reset(record);
        return -ECONNRESET;
    }
    if (sw_record_has(record, SW_WRITE_SHUT) || !sw_record_has(record, SW_CONNECTED))
        return broken_pipe(flags);
    struct sw_record *peer = sw_record_peer(socket->network, socket->record);
    if (peer != NULL && sw_record_has(peer, SW_READ_SHUT) && !sw_record_has(peer, SW_WRITE_SHUT)) {
        ssize_t taken = sw_late_put(socket, peer, message);
        /* That half of the Unix socket is shut by the peer already: this only wakes who waits for edges, on both sides. */
        if (taken > 0)
            sw_real.shutdown(socket->fd, SHUT_WR);
        return taken;
    }
    size_t length = sw_parts_length(message);
    if (length == 0 && !sw_record_has(record, SW_RESET_SENT))
        return 0;
    /* The first bytes after the peer's close are what tells TCP that nobody is there: as many as it sends at once. */
    if (sw_record_claim(record, SW_RESET_SENT)) {
        size_t taken = length < UNANSWERED ? length : UNANSWERED;
        /* tcp_rcv_state_process(): data for a socket that is neither to read nor to write ends the connection on both sides. */
        if (peer != NULL)
            sw_record_set(peer, SW_RESET_RECEIVED);
        sw_capture_answered_by_reset(socket, message, taken);
        /* The reset that comes back wakes everybody, whatever they wait for. So does this, which changes nothing else by now. */
        sw_real.shutdown(socket->fd, SHUT_RD);
        return (ssize_t)taken;
    }
    sw_stream_was_reset(record);
    return broken_pipe(flags);
}

/* What a Unix socket makes of these flags of send(2) is what TCP does; the others TCP would ignore or has no use for here. */
static int known_flags(int flags) {
    return (flags & (MSG_OOB | MSG_DONTWAIT | MSG_EOR)) | MSG_NOSIGNAL;
}

static bool has_no_room(int error) {
    return error == EAGAIN || error == ENOBUFS;
}

/* What sending has given. */
static inline ssize_t counted(const struct sw_socket *socket, ssize_t sent) {
    if (sent > 0)
        atomic_fetch_add_explicit(&socket->record->sent, (uint64_t)sent, memory_order_relaxed);
    return sent;
}

/* Sends what there is room for. */
static ssize_t send_now(struct sw_socket *socket, const struct msghdr *message, int flags) {
    if (sw_capture_is_on(socket->network))
        return sw_capture_send(socket, message, flags);
    return counted(socket, sw_real.sendmsg(socket->fd, message, flags | MSG_DONTWAIT));
}

/* Whether there is room in a moment. A signal is taken after it: which calls it interrupts, and which go on, the kernel decides. */
static bool has_room_soon(int fd) {
    static const struct timespec MOMENT = {.tv_nsec = 5000000};
    struct pollfd room = {.fd = fd, .events = POLLOUT};
    sigset_t all;
    sigfillset(&all);
    return sw_real.ppoll(&room, 1, &MOMENT, &all) > 0;
}

static bool may_wait(int fd, int flags) {
    return (flags & MSG_DONTWAIT) == 0 && (sw_real.fcntl(fd, F_GETFL) & O_NONBLOCK) == 0;
}

/* Waits in the call itself, as long as it takes, and on after a signal handler with SA_RESTART. */
static ssize_t send_blocking(struct sw_socket *socket, const struct msghdr *message, int flags) {
    return counted(socket, sw_real.sendmsg(socket->fd, message, flags));
}

/* Whether to go on after the socket was found full; `waits` says that there is no room yet, so that the next call has to wait. */
static bool goes_on_when_full(struct sw_socket *socket, int flags, bool *waits) {
    bool is_read = sw_buffer_is_full(socket);
    bool may = may_wait(socket->fd, flags), has_room = may && has_room_soon(socket->fd);
    *waits = false;
    /* A reader at work: nothing has to be done about the buffer, and no time is to be lost. */
    if ((has_room || (is_read && !may)) && sw_buffer_is_at_work(socket))
        return has_room;
    if (!sw_record_has(socket->record, SW_SELF) && !sw_fd_socket(socket->fd, socket)) {
        errno = ENOTSOCK;
        return false;
    }
    if (is_read)
        sw_buffer_go_to_work(socket);
    if (has_room)
        return true;
    if (!may)
        return !is_read && sw_buffer_grow(socket, false);
    *waits = !sw_buffer_grow(socket, true);
    return true;
}

/* There was room for the first `done` bytes alone. */
static ssize_t send_rest(struct sw_socket *socket, const struct msghdr *message, size_t done, int flags) {
    enum { PARTS = 64 };
    size_t total = sw_parts_length(message);
    while (done < total) {
        bool waits, is_captured = sw_capture_is_on(socket->network);
        errno = EAGAIN;
        if (!goes_on_when_full(socket, flags, &waits))
            return done > 0 ? (ssize_t)done : -errno;
        if (waits && is_captured && !sw_wait_writable(socket->fd))
            return done > 0 ? (ssize_t)done : -errno;
        struct iovec parts[PARTS];
        struct msghdr rest = {.msg_iov = parts};
        size_t count, size = sw_parts_window(message, done, total - done, parts, PARTS, &count);
        rest.msg_iovlen = count;
        /* Only the last byte of all is urgent. */
        int rest_flags = done + size < total ? flags & ~MSG_OOB : flags;
        bool blocks = waits && !is_captured;
        ssize_t sent = blocks ? send_blocking(socket, &rest, rest_flags) : send_now(socket, &rest, rest_flags);
        if (sent > 0)
            done += (size_t)sent;
        if (sent > 0 ? blocks && (size_t)sent < size : blocks || !has_no_room(errno))
            return done > 0 ? (ssize_t)done : send_failed(socket, errno, message, flags);
    }
    return (ssize_t)done;
}

/* tcp_sendmsg() waits for the connection in front of no bytes as well. */
static ssize_t sent_nothing(const struct sw_socket *socket, int flags) {
    return sw_record_has(socket->record, SW_WAITING) && !may_wait(socket->fd, flags) ? -EAGAIN : 0;
}

static ssize_t send_message(struct sw_socket *socket, const struct msghdr *message, int flags) {
    struct msghdr plain = {.msg_iov = message->msg_iov, .msg_iovlen = message->msg_iovlen};
    /* Of no bytes none is urgent. A Unix socket would refuse to send it. */
    if ((flags & MSG_OOB) != 0 && sw_parts_length(&plain) == 0)
        flags &= ~MSG_OOB;
    int known = known_flags(flags);
    if ((flags & MSG_OOB) != 0)
        atomic_store_explicit(&socket->network->state->header.urgent, 1, memory_order_relaxed);
    ssize_t sent = send_now(socket, &plain, known);
    if (sent < 0 && !has_no_room(errno))
        return send_failed(socket, errno, message, flags);
    if (sent < 0 || (size_t)sent < sw_parts_length(&plain))
        sent = send_rest(socket, &plain, sent > 0 ? (size_t)sent : 0, known);
    if (sent > 0)
        sw_error_queue_zerocopy(socket, flags);
    return sent == 0 ? sent_nothing(socket, flags) : sent;
}

static ssize_t send_to_itself(const struct sw_socket *socket, const struct msghdr *message, int flags) {
    struct sw_socket outlet = sw_self_outlet(socket);
    if (outlet.fd < 0)
        return broken_pipe(flags);
    return send_message(&outlet, message, may_wait(socket->fd, flags) ? flags : flags | MSG_DONTWAIT);
}

/* tcp_sendmsg_locked() tells of control messages when it has a connection to send on. */
static ssize_t refuse(struct sw_socket *socket, int error, int flags) {
    uint8_t state = sw_stream_state(socket);
    const struct msghdr nothing = {.msg_iovlen = 0};
    ssize_t sent = state == TCP_ESTABLISHED || state == TCP_CLOSE_WAIT ? 0 : send_message(socket, &nothing, flags);
    return sent < 0 ? sent : error;
}

static ssize_t send_to_peer_or_itself(struct sw_socket *socket, const struct msghdr *message, int flags) {
    if ((flags & MSG_FASTOPEN) != 0) {
        if (message->msg_name == NULL && !sw_record_has(socket->record, SW_CONNECTED))
            return -EINVAL;
        int result = sw_connect(socket, message->msg_name, message->msg_namelen);
        if (result < 0)
            return result;
    }
    if (sw_record_has(socket->record, SW_CONNECT_FAILED))
        return send_failed(socket, EPIPE, message, flags);
    int checked = message->msg_controllen > 0 ? sw_control_check_stream(socket, message) : 0;
    if (checked < 0)
        return refuse(socket, checked, flags);
    return sw_record_has(socket->record, SW_SELF) ? send_to_itself(socket, message, flags) : send_message(socket, message, flags);
}

ssize_t sw_stream_send(struct sw_socket *socket, const struct msghdr *message, int flags) {
    int saved_errno = errno;
    ssize_t sent = send_to_peer_or_itself(socket, message, flags);
    /* What the Unix socket refused on the way is nothing to a caller whose bytes are taken: some look at errno later. */
    if (sent >= 0)
        errno = saved_errno;
    return sent;
}

ssize_t sw_stream_send_block(struct sw_socket *socket, const void *data, size_t size, int flags) {
    int saved_errno = errno;
    const struct msghdr message = {.msg_iov = &(struct iovec){(void *)data, size}, .msg_iovlen = 1};
    bool is_plain = (flags & ~(MSG_DONTWAIT | MSG_NOSIGNAL)) == 0;
    if (!is_plain || sw_record_has(socket->record, SW_CONNECT_FAILED | SW_SELF))
        return sw_stream_send(socket, &message, flags);
    ssize_t sent = sw_capture_is_on(socket->network) ? sw_capture_send(socket, &message, flags | MSG_NOSIGNAL)
                                                     : counted(socket, sw_real.send(socket->fd, data, size, flags | MSG_NOSIGNAL | MSG_DONTWAIT));
    if (sent == (ssize_t)size)
        return sent == 0 ? sent_nothing(socket, flags) : sent;
    ssize_t taken = sent >= 0 || has_no_room(errno) ? send_rest(socket, &message, sent > 0 ? (size_t)sent : 0, flags | MSG_NOSIGNAL)
                                                    : send_failed(socket, errno, &message, flags);
    if (taken >= 0)
        errno = saved_errno;
    return taken;
}
