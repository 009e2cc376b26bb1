/* data.c: the calls that move data. For a descriptor that is not ours, and for a TCP socket while nothing is captured, they add no
 * system call. */
#include "base/memory.h"
#include "base/parts.h"
#include "base/real.h"
#include "capture/capture.h"
#include "interpose/deadline.h"
#include "interpose/export.h"
#include "interpose/netlink.h"
#include "interpose/rights.h"
#include "interpose/sandbox.h"
#include "interpose/start.h"
#include "sockets/datagram.h"
#include "sockets/life.h"
#include "sockets/stream.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

static bool is_stream(const struct sw_socket *socket) {
    return socket->record->type == SOCK_STREAM;
}

/* A hint that led to a call on something that is no socket: forget it. */
static bool was_stale(ssize_t result, int fd) {
    if (result != -ENOTSOCK)
        return false;
    sw_fd_forget(fd);
    return true;
}

/* copy_msghdr_from_user() and import_iovec(): what is wrong with a message before anything is done with it. A name is looked at only where it
 * is `sent`. */
static int check_message(const struct msghdr *message, bool sent) {
    if (sw_is_nowhere(message))
        return -EFAULT;
    if (message->msg_name != NULL && (int)message->msg_namelen < 0)
        return -EINVAL;
    bool has_name = message->msg_name != NULL && message->msg_namelen > 0;
    if (sent && ((has_name && sw_is_nowhere(message->msg_name)) || (message->msg_controllen > 0 && sw_is_nowhere(message->msg_control))))
        return -EFAULT;
    if ((size_t)message->msg_iovlen > IOV_MAX)
        return -EMSGSIZE;
    if ((size_t)message->msg_iovlen > 0 && sw_is_nowhere(message->msg_iov))
        return -EFAULT;
    for (size_t i = 0; i < (size_t)message->msg_iovlen; i++)
        if ((ssize_t)message->msg_iov[i].iov_len < 0)
            return -EINVAL;
    return 0;
}

static ssize_t receive(struct sw_socket *socket, struct msghdr *message, int flags) {
    return is_stream(socket) ? sw_stream_receive(socket, message, flags) : sw_datagram_receive(socket, message, flags);
}

static ssize_t transmit(struct sw_socket *socket, const struct msghdr *message, int flags) {
    return is_stream(socket) ? sw_stream_send(socket, message, flags) : sw_datagram_send(socket, message, flags);
}

/* `result` bytes went through: later segments of a capture get the right numbers. In a sandbox that is all that the library may do. */
static ssize_t counted(_Atomic uint64_t *counter, ssize_t result) {
    if (result > 0)
        atomic_fetch_add_explicit(counter, (uint64_t)result, memory_order_relaxed);
    return result;
}

/* Before the library has started, no descriptor is known and nothing of libc's. */
static inline __attribute__((always_inline)) bool goes_straight_on(int fd, const void *real) {
    return __builtin_expect(!sw_fd_may_be_ours(fd) && real != NULL, 1);
}

/* Apart from read(2) itself, which so has nothing to save for files. */
static __attribute__((noinline)) ssize_t read_socket(int fd, void *data, size_t size) {
    struct sw_socket socket;
    sw_start();
    if (!sw_fd_hint(fd, &socket) || size == 0) /* sock_read_iter() answers 0 to 0 and takes nothing. */
        return sw_real.read(fd, data, size);
    if (is_stream(&socket)) {
        ssize_t result = sw_real.read(fd, data, size);
        if (sw_sandbox_is_on())
            return counted(&socket.record->received, result);
        if (result > 0)
            return sw_answer(sw_stream_received(&socket, result, false));
        if (size == 0 || !sw_fd_socket(fd, &socket))
            return result;
        struct iovec part = {data, size};
        return sw_answer(sw_stream_ended(&socket, &(struct msghdr){.msg_iov = &part, .msg_iovlen = 1}, result, 0));
    }
    socklen_t no_length;
    ssize_t result = sw_datagram_receive_block(&socket, data, size, 0, NULL, &no_length);
    return was_stale(result, fd) ? sw_real.read(fd, data, size) : sw_answer(result);
}

/* read(2) */
SW_EXPORT ssize_t read(int fd, void *data, size_t size) {
    return goes_straight_on(fd, (const void *)sw_real.read) ? sw_real.read(fd, data, size) : read_socket(fd, data, size);
}

/* readv(2) */
SW_EXPORT ssize_t readv(int fd, const struct iovec *parts, int count) {
    struct sw_socket socket;
    sw_start();
    if (!sw_fd_hint(fd, &socket) || count <= 0 || count > IOV_MAX)
        return sw_real.readv(fd, parts, count);
    if (is_stream(&socket) && sw_sandbox_is_on())
        return counted(&socket.record->received, sw_real.readv(fd, parts, count));
    struct msghdr message = {.msg_iov = (struct iovec *)parts, .msg_iovlen = (size_t)count};
    ssize_t result = check_message(&message, false);
    /* vfs_readv() answers 0 to 0 and takes nothing. */
    if (result < 0 || sw_parts_length(&message) == 0)
        return sw_answer(result);
    result = receive(&socket, &message, 0);
    return was_stale(result, fd) ? sw_real.readv(fd, parts, count) : sw_answer(result);
}

/* What is not ours may still be a question about interfaces, or its answer. */
static ssize_t receive_foreign(int fd, struct msghdr *message, int flags) {
    ssize_t result;
    if (message != NULL && sw_netlink_receiving(fd, message, flags, &result))
        return result;
    return sw_real.recvmsg(fd, message, flags);
}

static ssize_t receive_foreign_from(int fd, void *data, size_t size, int flags, struct sockaddr *address, socklen_t *length) {
    struct iovec part = {data, size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_name = length != NULL ? address : NULL,
                             .msg_namelen = length != NULL && address != NULL ? *length : 0};
    ssize_t result;
    if (!sw_netlink_receiving(fd, &message, flags, &result))
        return sw_real.recvfrom(fd, data, size, flags, address, length);
    if (result >= 0 && message.msg_name != NULL)
        *length = message.msg_namelen;
    return result;
}

static ssize_t transmit_foreign(int fd, const struct msghdr *message, int flags) {
    ssize_t result;
    if (message != NULL && sw_netlink_sending(fd, message, flags, &result))
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
    if (is_stream(socket))
        return receive_stream(socket, data, size, flags, address, length);
    struct sockaddr_storage from;
    socklen_t from_length;
    ssize_t result = sw_datagram_receive_block(socket, data, size, flags, address != NULL ? &from : NULL, &from_length);
    if (was_stale(result, socket->fd))
        return sw_real.recvfrom(socket->fd, data, size, flags, address, length);
    if (result >= 0 && address != NULL) {
        /* move_addr_to_user(): the datagram is gone by then. */
        if (sw_is_nowhere(length))
            return sw_answer(-EFAULT);
        if ((int)*length < 0)
            return sw_answer(-EINVAL);
        if (*length > 0 && sw_is_nowhere(address))
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
    if (!sw_fd_hint(fd, &socket) && (message == NULL || message->msg_name == NULL || !sw_fd_socket(fd, &socket))) {
        ssize_t result = receive_foreign(fd, message, flags);
        if (result >= 0)
            sw_rights_received(message);
        return result;
    }
    ssize_t result = check_message(message, false);
    if (result < 0)
        return sw_answer(result);
    result = receive(&socket, message, flags);
    return was_stale(result, fd) ? sw_real.recvmsg(fd, message, flags) : sw_answer(result);
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
    if (timeout != NULL && (timeout->tv_sec < 0 || timeout->tv_nsec < 0 || timeout->tv_nsec >= 1000000000))
        return (int)sw_answer(-EINVAL);
    struct sw_deadline deadline = sw_deadline_after(timeout);
    unsigned done = 0;
    ssize_t result = 0;
    if (count > IOV_MAX)
        count = IOV_MAX;
    while (done < count) {
        result = sw_is_nowhere(messages) ? -EFAULT : check_message(&messages[done].msg_hdr, false);
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

static __attribute__((noinline)) ssize_t write_socket(int fd, const void *data, size_t size) {
    struct sw_socket socket;
    sw_start();
    if (!sw_fd_hint(fd, &socket))
        return sw_real.write(fd, data, size);
    if (is_stream(&socket) && sw_sandbox_is_on())
        return counted(&socket.record->sent, sw_real.write(fd, data, size));
    if (is_stream(&socket)) {
        ssize_t result = sw_stream_send_block(&socket, data, size, 0);
        return was_stale(result, fd) ? sw_real.write(fd, data, size) : sw_answer(result);
    }
    struct iovec part = {(void *)data, size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    ssize_t result = transmit(&socket, &message, 0);
    return was_stale(result, fd) ? sw_real.write(fd, data, size) : sw_answer(result);
}

/* write(2) */
SW_EXPORT ssize_t write(int fd, const void *data, size_t size) {
    return goes_straight_on(fd, (const void *)sw_real.write) ? sw_real.write(fd, data, size) : write_socket(fd, data, size);
}

/* writev(2) */
SW_EXPORT ssize_t writev(int fd, const struct iovec *parts, int count) {
    struct sw_socket socket;
    sw_start();
    if (!sw_fd_hint(fd, &socket) || count < 0 || count > IOV_MAX)
        return sw_real.writev(fd, parts, count);
    if (is_stream(&socket) && sw_sandbox_is_on())
        return counted(&socket.record->sent, sw_real.writev(fd, parts, count));
    struct msghdr message = {.msg_iov = (struct iovec *)parts, .msg_iovlen = (size_t)count};
    ssize_t result = check_message(&message, true);
    /* vfs_writev() answers 0 to 0 and sends nothing. */
    if (result < 0 || sw_parts_length(&message) == 0)
        return sw_answer(result);
    result = transmit(&socket, &message, 0);
    return was_stale(result, fd) ? sw_real.writev(fd, parts, count) : sw_answer(result);
}

/* sendto(2) */
SW_EXPORT ssize_t sendto(int fd, const void *data, size_t size, int flags, const struct sockaddr *address, socklen_t length) {
    struct sw_socket socket;
    sw_start();
    if (!sw_fd_hint(fd, &socket) && (address == NULL || !sw_fd_socket(fd, &socket)))
        return transmit_foreign_to(fd, data, size, flags, address, length);
    if (address != NULL && length > sizeof(struct sockaddr_storage))
        return sw_answer(-EINVAL);
    if (address != NULL && length > 0 && sw_is_nowhere(address))
        return sw_answer(-EFAULT);
    struct iovec part = {(void *)data, size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_name = (void *)address, .msg_namelen = address != NULL ? length : 0};
    ssize_t result = transmit(&socket, &message, flags);
    return was_stale(result, fd) ? sw_real.sendto(fd, data, size, flags, address, length) : sw_answer(result);
}

/* send(2) */
SW_EXPORT ssize_t send(int fd, const void *data, size_t size, int flags) {
    struct sw_socket socket;
    sw_start();
    if (!sw_fd_hint(fd, &socket))
        return transmit_foreign_to(fd, data, size, flags, NULL, 0);
    if (!is_stream(&socket))
        return sendto(fd, data, size, flags, NULL, 0);
    ssize_t result = sw_stream_send_block(&socket, data, size, flags);
    return was_stale(result, fd) ? sw_real.send(fd, data, size, flags) : sw_answer(result);
}

/* Sends from a file through the calls above: for datagrams, for the capture, and where the kernel's own sendfile(2) would raise a SIGPIPE
 * too early. */
static ssize_t copy_file(int to, int from, off_t *offset, size_t count) {
    enum { CHUNK = 32 * 1024 };
    char data[CHUNK];
    size_t total = 0;
    while (total < count) {
        size_t wanted = count - total < CHUNK ? count - total : CHUNK;
        off_t at = offset != NULL ? *offset : lseek(from, 0, SEEK_CUR);
        /* What has no position is nothing to send from. */
        if (at < 0 && (offset != NULL || errno == ESPIPE))
            errno = EINVAL;
        ssize_t got = at < 0 ? -1 : pread(from, data, wanted, at);
        if (got <= 0)
            return total > 0 ? (ssize_t)total : got;
        ssize_t sent = write(to, data, (size_t)got);
        if (sent < 0)
            return total > 0 ? (ssize_t)total : -1;
        total += (size_t)sent;
        if (offset != NULL)
            *offset += sent;
        else
            lseek(from, sent, SEEK_CUR);
        if (sent < got)
            break;
    }
    return (ssize_t)total;
}

static bool needs_copy(int fd) {
    struct sw_socket socket;
    if (!sw_fd_hint(fd, &socket))
        return false;
    struct pollfd state = {.fd = fd};
    return !is_stream(&socket) || sw_capture_is_on(socket.network) || sw_real.poll(&state, 1, 0) != 0;
}

/* What the kernel has sent without us. */
static ssize_t told(int fd, ssize_t result) {
    struct sw_socket socket;
    return sw_fd_hint(fd, &socket) && is_stream(&socket) ? counted(&socket.record->sent, result) : result;
}

/* sendfile(2) */
SW_EXPORT ssize_t sendfile(int to, int from, off_t *offset, size_t count) {
    sw_start();
    return needs_copy(to) ? copy_file(to, from, offset, count) : told(to, sw_real.sendfile(to, from, offset, count));
}

#ifdef __GLIBC__
/* sendfile(2) with 64-bit offsets, as glibc names it for programs. */
SW_EXPORT ssize_t sendfile64(int to, int from, off64_t *offset, size_t count) {
    sw_start();
    return needs_copy(to) ? copy_file(to, from, (off_t *)offset, count) : told(to, sw_real.sendfile64(to, from, (off_t *)offset, count));
}
#endif

/* splice(2) from a pipe into a socket: tee(2) shows what would go without taking it, and only what was sent is taken. */
static ssize_t splice_to_socket(int from, int to, size_t size, unsigned flags) {
    enum { CHUNK = 32 * 1024 };
    char data[CHUNK];
    int copy[2];
    if (pipe2(copy, O_CLOEXEC) != 0)
        return -1;
    ssize_t seen = tee(from, copy[1], size < CHUNK ? size : CHUNK, flags), result = seen;
    if (seen > 0) {
        seen = sw_real.read(copy[0], data, (size_t)seen);
        result = send(to, data, (size_t)seen, (flags & SPLICE_F_NONBLOCK) != 0 ? MSG_DONTWAIT : 0);
    }
    for (ssize_t left = result; left > 0;) {
        ssize_t taken = sw_real.read(from, data, (size_t)left);
        if (taken <= 0)
            break;
        left -= taken;
    }
    int saved_errno = errno;
    sw_real.close(copy[0]);
    sw_real.close(copy[1]);
    errno = saved_errno;
    return result;
}

/* Whether `fd` is a stream that has nothing to read and is to wait for it; then it has waited. */
static bool waits_for_data(int fd) {
    struct sw_socket socket;
    struct pollfd state = {.fd = fd, .events = POLLIN};
    if (!sw_fd_hint(fd, &socket) || !is_stream(&socket) || (sw_real.fcntl(fd, F_GETFL) & O_NONBLOCK) != 0)
        return false;
    return sw_real.poll(&state, 1, 0) == 0 && sw_real.poll(&state, 1, -1) > 0;
}

/* splice(2) */
SW_EXPORT ssize_t splice(int from, off_t *from_offset, int to, off_t *to_offset, size_t size, unsigned flags) {
    struct sw_socket socket;
    sw_start();
    if (from_offset == NULL && to_offset == NULL && size > 0 && needs_copy(to))
        return splice_to_socket(from, to, size, flags);
    ssize_t result = told(to, sw_real.splice(from, from_offset, to, to_offset, size, flags));
    /* tcp_splice_read() knows the socket's own O_NONBLOCK alone. */
    while (result < 0 && errno == EAGAIN && (flags & SPLICE_F_NONBLOCK) != 0 && waits_for_data(from))
        result = told(to, sw_real.splice(from, from_offset, to, to_offset, size, flags));
    bool tells = result >= 0 || (errno == EINVAL && from_offset == NULL);
    if (!tells || size == 0 || !sw_fd_hint(from, &socket) || !is_stream(&socket))
        return result;
    return sw_answer(sw_stream_received(&socket, result, false));
}

/* sendmsg(2) */
SW_EXPORT ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
    struct sw_socket socket;
    sw_start();
    if (!sw_fd_hint(fd, &socket) && (message == NULL || message->msg_name == NULL || !sw_fd_socket(fd, &socket))) {
        sw_rights_sending(message);
        return transmit_foreign(fd, message, flags);
    }
    ssize_t result = check_message(message, true);
    if (result < 0)
        return sw_answer(result);
    struct msghdr named = *message;
    if (named.msg_namelen == 0)
        named.msg_name = NULL;
    result = transmit(&socket, &named, flags);
    return was_stale(result, fd) ? sw_real.sendmsg(fd, message, flags) : sw_answer(result);
}

/* sendmmsg(2) */
SW_EXPORT int sendmmsg(int fd, struct mmsghdr *messages, unsigned count, sw_mmsg_flags flags) {
    struct sw_socket socket;
    sw_start();
    if (!sw_fd_hint(fd, &socket)) {
        for (unsigned i = 0; i < count && i < IOV_MAX; i++)
            sw_rights_sending(&messages[i].msg_hdr);
        return sw_real.sendmmsg(fd, messages, count, flags);
    }
    unsigned done = 0;
    ssize_t result = 0;
    for (; done < count && done < IOV_MAX; done++) {
        result = sw_is_nowhere(messages) ? -EFAULT : check_message(&messages[done].msg_hdr, true);
        if (result == 0)
            result = transmit(&socket, &messages[done].msg_hdr, flags);
        if (result < 0)
            break;
        messages[done].msg_len = (unsigned)result;
    }
    return done > 0 ? (int)done : (int)sw_answer(result);
}
