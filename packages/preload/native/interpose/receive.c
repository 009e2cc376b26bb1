/* receive.c: the calls that take data from a socket. */
#include "base/memory.h"
#include "base/parts.h"
#include "base/real.h"
#include "interpose/data.h"
#include "interpose/deadline.h"
#include "interpose/export.h"
#include "interpose/netlink.h"
#include "interpose/rights.h"
#include "interpose/rwf.h"
#include "interpose/sandbox.h"
#include "interpose/start.h"
#include "sockets/datagram.h"
#include "sockets/stream.h"

#include <limits.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* move_addr_to_user(): who has sent it cannot be told, and the datagram is gone. */
static ssize_t receive_from_nowhere(struct sw_socket *socket, struct msghdr *message, int flags) {
    struct sockaddr_storage from;
    message->msg_name = &from;
    message->msg_namelen = sizeof from;
    ssize_t result = sw_datagram_receive(socket, message, flags);
    return result < 0 ? result : -EFAULT;
}

static ssize_t receive(struct sw_socket *socket, struct msghdr *message, int flags) {
    const struct msghdr given = *message;
    ssize_t result;
    if (!sw_begins_somewhere(message->msg_control, message->msg_controllen))
        message->msg_controllen = 0;
    if (sw_is_stream(socket))
        result = sw_stream_receive(socket, message, flags);
    else if (message->msg_name == NULL || sw_begins_somewhere(message->msg_name, message->msg_namelen))
        result = sw_datagram_receive(socket, message, flags);
    else
        result = receive_from_nowhere(socket, message, flags);
    /* ____sys_recvmsg() gives back nothing but an error. */
    if (result < 0)
        *message = given;
    else
        message->msg_flags |= flags & MSG_CMSG_CLOEXEC;
    return result;
}

/* Apart from read(2) itself, which so has nothing to save for files. */
static __attribute__((noinline)) ssize_t read_socket(int fd, void *data, size_t size) {
    struct sw_socket socket;
    sw_start();
    if (!sw_fd_hint(fd, &socket) || size == 0) /* sock_read_iter() answers 0 to 0 and takes nothing. */
        return sw_real.read(fd, data, size);
    if (sw_is_stream(&socket)) {
        ssize_t result = sw_real.read(fd, data, size);
        if (sw_sandbox_is_on())
            return sw_counted(&socket.record->received, result);
        if (result > 0)
            return sw_answer(sw_stream_received(&socket, result, false));
        if (size == 0 || !sw_fd_socket(fd, &socket))
            return result;
        struct iovec part = {data, size};
        return sw_answer(sw_stream_ended(&socket, &(struct msghdr){.msg_iov = &part, .msg_iovlen = 1}, result, 0));
    }
    socklen_t no_length;
    ssize_t result = sw_datagram_receive_block(&socket, data, size, 0, NULL, &no_length);
    return sw_was_stale(result, fd) ? sw_real.read(fd, data, size) : sw_answer(result);
}

/* read(2) */
SW_EXPORT ssize_t read(int fd, void *data, size_t size) {
    return sw_goes_straight_on(fd, (const void *)sw_real.read) ? sw_real.read(fd, data, size) : read_socket(fd, data, size);
}

/* readv(2), or preadv2(2) where it is about the same. */
static ssize_t read_parts_of_file(int fd, const struct iovec *parts, int count, int how) {
#ifdef __GLIBC__
    if (how != 0)
        return sw_real.preadv2(fd, parts, count, -1, how);
#endif
    (void)how;
    return sw_real.readv(fd, parts, count);
}

/* `how`: RWF_NOWAIT and others, of preadv2(2). */
static ssize_t read_parts(int fd, const struct iovec *parts, int count, int how) {
    struct sw_socket socket;
    if (!sw_fd_hint(fd, &socket) || count <= 0 || count > IOV_MAX)
        return read_parts_of_file(fd, parts, count, how);
    if (sw_is_stream(&socket) && sw_sandbox_is_on())
        return sw_counted(&socket.record->received, read_parts_of_file(fd, parts, count, how));
    struct msghdr message = {.msg_iov = (struct iovec *)parts, .msg_iovlen = (size_t)count};
    ssize_t result = sw_message_check(&message, false);
    /* vfs_readv() answers 0 to 0 and takes nothing. */
    if (result < 0 || sw_parts_length(&message) == 0)
        return sw_answer(result);
    result = receive(&socket, &message, sw_rwf_message_flags(how));
    return sw_was_stale(result, fd) ? read_parts_of_file(fd, parts, count, how) : sw_answer(result);
}

/* readv(2) */
SW_EXPORT ssize_t readv(int fd, const struct iovec *parts, int count) {
    sw_start();
    return read_parts(fd, parts, count, 0);
}

#ifdef __GLIBC__
/* preadv2(2), which musl has not. */
SW_EXPORT ssize_t preadv2(int fd, const struct iovec *parts, int count, off_t offset, int how) {
    sw_start();
    if (sw_real.preadv2 == NULL)
        return sw_answer(-ENOSYS);
    return sw_rwf_is_for_socket(offset, how) ? read_parts(fd, parts, count, how) : sw_real.preadv2(fd, parts, count, offset, how);
}

SW_EXPORT ssize_t preadv64v2(int fd, const struct iovec *parts, int count, off64_t offset, int how) {
    return preadv2(fd, parts, count, offset, how);
}
#endif

/* What is not ours may still be a question about interfaces, or its answer. */
static ssize_t receive_foreign(int fd, struct msghdr *message, int flags) {
    ssize_t result;
    if (sw_netlink_receiving(fd, message, flags, &result))
        return result;
    return sw_real.recvmsg(fd, message, flags);
}

static ssize_t receive_foreign_from(int fd, void *data, size_t size, int flags, struct sockaddr *address, socklen_t *length) {
    if (address != NULL && !sw_is_readable(length, sizeof *length))
        return sw_real.recvfrom(fd, data, size, flags, address, length);
    struct iovec part = {data, size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_name = address, .msg_namelen = address != NULL ? *length : 0};
    ssize_t result;
    if (!sw_netlink_receiving(fd, &message, flags, &result))
        return sw_real.recvfrom(fd, data, size, flags, address, length);
    if (result >= 0 && message.msg_name != NULL)
        *length = message.msg_namelen;
    return result;
}

/* Whether there is data in front of a reset, which is met behind it. */
static bool has_unread(int fd) {
    int unread = 0;
    return sw_real.ioctl(fd, FIONREAD, &unread) == 0 && unread > 0;
}

static ssize_t receive_stream(struct sw_socket *socket, void *data, size_t size, int flags, const struct sockaddr *address, socklen_t *length) {
    struct msghdr message = {.msg_iov = &(struct iovec){data, size}, .msg_iovlen = 1};
    if ((flags & (MSG_ERRQUEUE | MSG_TRUNC | MSG_OOB)) != 0 || (flags & (MSG_PEEK | MSG_WAITALL)) == (MSG_PEEK | MSG_WAITALL))
        return sw_answer(sw_stream_receive(socket, &message, flags));
    ssize_t result = sw_real.recvfrom(socket->fd, data, size, flags, NULL, NULL);
    if (result > 0) {
        sw_stream_received(socket, result, (flags & MSG_PEEK) != 0);
    } else {
        bool takes_nothing = size == 0 && result == 0 && (!sw_record_has(socket->record, SW_RESET_RECEIVED) || has_unread(socket->fd));
        if (takes_nothing || !sw_fd_socket(socket->fd, socket))
            return result;
        result = sw_answer(sw_stream_ended(socket, &message, result, flags));
    }
    if (result >= 0 && address != NULL && length != NULL)
        *length = 0;
    return result;
}

static ssize_t receive_block(struct sw_socket *socket, void *data, size_t size, int flags, struct sockaddr *address, socklen_t *length) {
    if (sw_is_stream(socket))
        return receive_stream(socket, data, size, flags, address, length);
    struct sockaddr_storage from;
    socklen_t from_length;
    ssize_t result = sw_datagram_receive_block(socket, data, size, flags, address != NULL ? &from : NULL, &from_length);
    if (sw_was_stale(result, socket->fd))
        return sw_real.recvfrom(socket->fd, data, size, flags, address, length);
    if (result >= 0 && address != NULL) {
        /* move_addr_to_user(): the datagram is gone by then. */
        if (!sw_is_readable(length, sizeof *length))
            return sw_answer(-EFAULT);
        if ((int)*length < 0)
            return sw_answer(-EINVAL);
        if (!sw_begins_somewhere(address, *length))
            return sw_answer(-EFAULT);
        memcpy(address, &from, *length < from_length ? *length : from_length);
        *length = from_length;
    }
    return sw_answer(result);
}

/* recvfrom(2) */
SW_EXPORT ssize_t recvfrom(int fd, void *data, size_t size, int flags, struct sockaddr *address, socklen_t *length) {
    struct sw_socket socket;
    sw_start();
    if (!sw_fd_hint(fd, &socket) && (address == NULL || !sw_fd_socket(fd, &socket)))
        return receive_foreign_from(fd, data, size, flags, address, length);
    return receive_block(&socket, data, size, flags, address, length);
}

/* recv(2) */
SW_EXPORT ssize_t recv(int fd, void *data, size_t size, int flags) {
    struct sw_socket socket;
    sw_start();
    if (!sw_fd_hint(fd, &socket))
        return receive_foreign_from(fd, data, size, flags, NULL, NULL);
    return receive_block(&socket, data, size, flags, NULL, NULL);
}

/* recvmsg(2) */
SW_EXPORT ssize_t recvmsg(int fd, struct msghdr *message, int flags) {
    struct sw_socket socket;
    sw_start();
    bool is_readable = sw_is_readable(message, sizeof *message);
    if (!sw_fd_hint(fd, &socket) && (!is_readable || message->msg_name == NULL || !sw_fd_socket(fd, &socket))) {
        if (!is_readable)
            return sw_real.recvmsg(fd, message, flags);
        ssize_t result = receive_foreign(fd, message, flags);
        if (result >= 0)
            sw_rights_received(message);
        return result;
    }
    ssize_t result = sw_message_check(message, false);
    if (result < 0)
        return sw_answer(result);
    result = receive(&socket, message, flags);
    return sw_was_stale(result, fd) ? sw_real.recvmsg(fd, message, flags) : sw_answer(result);
}

/* recvmmsg(2) */
SW_EXPORT int recvmmsg(int fd, struct mmsghdr *messages, unsigned count, sw_mmsg_flags flags, struct timespec *timeout) {
    struct sw_socket socket;
    sw_start();
    if (!sw_fd_hint(fd, &socket)) {
        int result = sw_real.recvmmsg(fd, messages, count, flags, timeout);
        for (int i = 0; i < result; i++)
            sw_rights_received(&messages[i].msg_hdr);
        return result;
    }
    if (timeout != NULL && !sw_is_readable(timeout, sizeof *timeout))
        return (int)sw_answer(-EFAULT);
    if (timeout != NULL && (timeout->tv_sec < 0 || timeout->tv_nsec < 0 || timeout->tv_nsec >= 1000000000))
        return (int)sw_answer(-EINVAL);
    struct sw_deadline deadline = sw_deadline_after(timeout);
    unsigned done = 0;
    ssize_t result = 0;
    if (count > IOV_MAX)
        count = IOV_MAX;
    while (done < count) {
        result = sw_message_check(&messages[done].msg_hdr, false);
        if (result == 0)
            result = receive(&socket, &messages[done].msg_hdr, flags & ~MSG_WAITFORONE);
        if (result < 0)
            break;
        messages[done++].msg_len = (unsigned)result;
        if ((flags & MSG_WAITFORONE) != 0)
            flags |= MSG_DONTWAIT;
        if (timeout != NULL && !sw_deadline_is_ahead(&deadline))
            break;
    }
    if (done == 0)
        return (int)sw_answer(result);
    /* do_recvmmsg() tells how much of the time is left. */
    struct timespec left;
    if (timeout != NULL && deadline.at >= 0)
        *timeout = *sw_deadline_left(&deadline, timeout, &left);
    return (int)done;
}
