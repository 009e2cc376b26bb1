/* send.c: the calls that give data to a socket. */
#include "base/memory.h"
#include "base/parts.h"
#include "base/real.h"
#include "interpose/data.h"
#include "interpose/export.h"
#include "interpose/netlink.h"
#include "interpose/rights.h"
#include "interpose/rwf.h"
#include "interpose/sandbox.h"
#include "interpose/start.h"
#include "sockets/datagram.h"
#include "sockets/stream.h"

#include <limits.h>
#include <unistd.h>

static ssize_t transmit(struct sw_socket *socket, const struct msghdr *message, int flags) {
    return sw_is_stream(socket) ? sw_stream_send(socket, message, flags) : sw_datagram_send(socket, message, flags);
}

static ssize_t transmit_foreign(int fd, const struct msghdr *message, int flags) {
    ssize_t result;
    if (sw_netlink_sending(fd, message, flags, &result))
        return result;
    return sw_real.sendmsg(fd, message, flags);
}

static ssize_t transmit_foreign_to(int fd, const void *data, size_t size, int flags, const struct sockaddr *address, socklen_t length) {
    struct iovec part = {(void *)data, size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    ssize_t result;
    if (sw_netlink_sending(fd, &message, flags, &result))
        return result;
    return sw_real.sendto(fd, data, size, flags, address, length);
}

static __attribute__((noinline)) ssize_t write_socket(int fd, const void *data, size_t size) {
    struct sw_socket socket;
    sw_start();
    if (!sw_fd_hint(fd, &socket))
        return sw_real.write(fd, data, size);
    if (sw_is_stream(&socket) && sw_sandbox_is_on())
        return sw_counted(&socket.record->sent, sw_real.write(fd, data, size));
    if (sw_is_stream(&socket)) {
        ssize_t result = sw_stream_send_block(&socket, data, size, 0);
        return sw_was_stale(result, fd) ? sw_real.write(fd, data, size) : sw_answer(result);
    }
    struct iovec part = {(void *)data, size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    ssize_t result = transmit(&socket, &message, 0);
    return sw_was_stale(result, fd) ? sw_real.write(fd, data, size) : sw_answer(result);
}

/* write(2) */
SW_EXPORT ssize_t write(int fd, const void *data, size_t size) {
    return sw_goes_straight_on(fd, (const void *)sw_real.write) ? sw_real.write(fd, data, size) : write_socket(fd, data, size);
}

/* writev(2), or pwritev2(2) where it is about the same. */
static ssize_t write_parts_of_file(int fd, const struct iovec *parts, int count, int how) {
#ifdef __GLIBC__
    if (how != 0)
        return sw_real.pwritev2(fd, parts, count, -1, how);
#endif
    (void)how;
    return sw_real.writev(fd, parts, count);
}

/* `how`: RWF_NOWAIT and others, of pwritev2(2). */
static ssize_t write_parts(int fd, const struct iovec *parts, int count, int how) {
    struct sw_socket socket;
    if (!sw_fd_hint(fd, &socket) || count < 0 || count > IOV_MAX)
        return write_parts_of_file(fd, parts, count, how);
    if (sw_is_stream(&socket) && sw_sandbox_is_on())
        return sw_counted(&socket.record->sent, write_parts_of_file(fd, parts, count, how));
    struct msghdr message = {.msg_iov = (struct iovec *)parts, .msg_iovlen = (size_t)count};
    ssize_t result = sw_message_check(&message, true);
    /* vfs_writev() answers 0 to 0 and sends nothing. */
    if (result < 0 || sw_parts_length(&message) == 0)
        return sw_answer(result);
    result = transmit(&socket, &message, sw_rwf_message_flags(how));
    return sw_was_stale(result, fd) ? write_parts_of_file(fd, parts, count, how) : sw_answer(result);
}

/* writev(2) */
SW_EXPORT ssize_t writev(int fd, const struct iovec *parts, int count) {
    sw_start();
    return write_parts(fd, parts, count, 0);
}

#ifdef __GLIBC__
/* pwritev2(2), which musl has not. */
SW_EXPORT ssize_t pwritev2(int fd, const struct iovec *parts, int count, off_t offset, int how) {
    sw_start();
    if (sw_real.pwritev2 == NULL)
        return sw_answer(-ENOSYS);
    return sw_rwf_is_for_socket(offset, how) ? write_parts(fd, parts, count, how) : sw_real.pwritev2(fd, parts, count, offset, how);
}

SW_EXPORT ssize_t pwritev64v2(int fd, const struct iovec *parts, int count, off64_t offset, int how) {
    return pwritev2(fd, parts, count, offset, how);
}
#endif

/* sendto(2) */
SW_EXPORT ssize_t sendto(int fd, const void *data, size_t size, int flags, const struct sockaddr *address, socklen_t length) {
    struct sw_socket socket;
    sw_start();
    if (!sw_fd_hint(fd, &socket) && (address == NULL || !sw_fd_socket(fd, &socket)))
        return transmit_foreign_to(fd, data, size, flags, address, length);
    if (address != NULL && length > sizeof(struct sockaddr_storage))
        return sw_answer(-EINVAL);
    if (address != NULL && !sw_is_readable(address, length))
        return sw_answer(-EFAULT);
    struct iovec part = {(void *)data, size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_name = (void *)address, .msg_namelen = address != NULL ? length : 0};
    ssize_t result = transmit(&socket, &message, flags);
    return sw_was_stale(result, fd) ? sw_real.sendto(fd, data, size, flags, address, length) : sw_answer(result);
}

/* send(2) */
SW_EXPORT ssize_t send(int fd, const void *data, size_t size, int flags) {
    struct sw_socket socket;
    sw_start();
    if (!sw_fd_hint(fd, &socket))
        return transmit_foreign_to(fd, data, size, flags, NULL, 0);
    if (!sw_is_stream(&socket))
        return sendto(fd, data, size, flags, NULL, 0);
    ssize_t result = sw_stream_send_block(&socket, data, size, flags);
    return sw_was_stale(result, fd) ? sw_real.send(fd, data, size, flags) : sw_answer(result);
}

/* sendmsg(2) */
SW_EXPORT ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
    struct sw_socket socket;
    sw_start();
    bool is_readable = sw_is_readable(message, sizeof *message);
    if (!sw_fd_hint(fd, &socket) && (!is_readable || message->msg_name == NULL || !sw_fd_socket(fd, &socket))) {
        if (!is_readable)
            return sw_real.sendmsg(fd, message, flags);
        sw_rights_sending(message);
        return transmit_foreign(fd, message, flags);
    }
    ssize_t result = sw_message_check(message, true);
    if (result < 0)
        return sw_answer(result);
    struct msghdr named = *message;
    if (named.msg_namelen == 0)
        named.msg_name = NULL;
    result = transmit(&socket, &named, flags);
    return sw_was_stale(result, fd) ? sw_real.sendmsg(fd, message, flags) : sw_answer(result);
}

/* sendmmsg(2) */
SW_EXPORT int sendmmsg(int fd, struct mmsghdr *messages, unsigned count, sw_mmsg_flags flags) {
    struct sw_socket socket;
    sw_start();
    if (!sw_fd_hint(fd, &socket)) {
        for (unsigned i = 0; i < count && i < IOV_MAX && sw_is_readable(&messages[i], sizeof *messages); i++)
            sw_rights_sending(&messages[i].msg_hdr);
        return sw_real.sendmmsg(fd, messages, count, flags);
    }
    unsigned done = 0;
    ssize_t result = 0;
    for (; done < count && done < IOV_MAX; done++) {
        result = sw_message_check(&messages[done].msg_hdr, true);
        if (result == 0)
            result = transmit(&socket, &messages[done].msg_hdr, flags);
        if (result < 0)
            break;
        messages[done].msg_len = (unsigned)result;
    }
    return done > 0 ? (int)done : (int)sw_answer(result);
}
