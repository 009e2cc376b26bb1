/* copies.c: the calls that move data from one descriptor to another within the kernel. */
#include "base/memory.h"
#include "base/real.h"
#include "base/scratch.h"
#include "capture/capture.h"
#include "interpose/data.h"
#include "interpose/export.h"
#include "interpose/start.h"
#include "sockets/buffer.h"
#include "sockets/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/sendfile.h>
#include <unistd.h>

/* What is copied at a time. */
enum { CHUNK = 32 * 1024 };

/* Whether the data has to pass through the library: for datagrams, for a socket that sends to itself, for the capture, and where the kernel's
 * own calls would raise a SIGPIPE too early. */
static bool needs_copy(int fd) {
    struct sw_socket socket;
    if (!sw_fd_hint(fd, &socket))
        return false;
    struct pollfd state = {.fd = fd};
    return !sw_is_stream(&socket) || sw_record_has(socket.record, SW_SELF) || sw_capture_is_on(socket.network) || sw_real.poll(&state, 1, 0) != 0;
}

/* What the kernel has sent without us. */
static ssize_t told(int fd, ssize_t result) {
    struct sw_socket socket;
    return sw_fd_hint(fd, &socket) && sw_is_stream(&socket) ? sw_counted(&socket.record->sent, result) : result;
}

/* How much of `left` the kernel's own sendfile(2) may move, without a copy; 0 for nothing. It would not have a buffer made larger, so it gets what
 * there is room for, and it takes a page of the buffer for however little of one. */
static size_t pages_for(int to, size_t left) {
    enum { WORTHWHILE = 16 * 1024 };
    if (left < WORTHWHILE || needs_copy(to))
        return 0;
    struct sw_socket socket;
    size_t room = sw_fd_hint(to, &socket) ? sw_buffer_room(&socket) / 2 : left;
    return room < WORTHWHILE ? 0 : room < left ? room : left;
}

/* Sends up to CHUNK of a file through write(2), and says in `tried` how much that was. `data` has room for a chunk. */
static ssize_t copy_chunk(int to, int from, off_t *offset, char *data, size_t left, size_t *tried) {
    *tried = left < CHUNK ? left : CHUNK;
    off_t at = offset != NULL ? *offset : lseek(from, 0, SEEK_CUR);
    /* What has no position is nothing to send from. */
    if (at < 0 && (offset != NULL || errno == ESPIPE))
        errno = EINVAL;
    ssize_t got = at < 0 ? -1 : pread(from, data, *tried, at);
    ssize_t sent = got > 0 ? write(to, data, (size_t)got) : got;
    if (sent > 0 && offset != NULL)
        *offset += sent;
    else if (sent > 0)
        lseek(from, sent, SEEK_CUR);
    return sent;
}

static ssize_t send_file(int to, int from, off_t *offset, size_t count) {
    enum { LITTLE = 2048 };
    if (offset != NULL && !sw_is_readable(offset, sizeof *offset))
        return sw_answer(-EFAULT);
    char little[LITTLE], *data = count <= LITTLE ? little : NULL;
    size_t total = 0, tried = 0;
    ssize_t sent = 0;
    do {
        tried = pages_for(to, count - total);
        if (tried > 0) {
            sent = told(to, sw_real.sendfile(to, from, offset, tried));
        } else if (data != NULL || (data = sw_scratch_take(CHUNK)) != NULL) {
            sent = copy_chunk(to, from, offset, data, count - total, &tried);
        } else {
            errno = ENOMEM;
            sent = -1;
        }
        total += sent > 0 ? (size_t)sent : 0;
        /* Until the file has ended, or the call was not to wait any longer. */
    } while (total < count && sent > 0 && (size_t)sent == tried);
    if (data != little)
        sw_scratch_give_back(data, CHUNK);
    return total > 0 ? (ssize_t)total : sent;
}

/* splice(2) from a pipe into a socket: tee(2) shows what would go without taking it, and only what was sent is taken. */
static ssize_t copy_from_pipe(int from, int to, char *data, size_t size, unsigned flags) {
    int copy[2];
    if (pipe2(copy, O_CLOEXEC) != 0)
        return -1;
    ssize_t seen = tee(from, copy[1], size < CHUNK ? size : CHUNK, flags), result = seen;
    if (seen > 0) {
        seen = sw_real.read(copy[0], data, (size_t)seen);
        result = send(to, data, (size_t)seen, (flags & SPLICE_F_NONBLOCK) != 0 ? MSG_DONTWAIT : 0);
    }
    for (ssize_t left = result; left > 0;) {
        ssize_t taken = sw_real.read(from, sw_nowhere, (size_t)left);
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

static ssize_t splice_to_socket(int from, int to, size_t size, unsigned flags) {
    char *data = sw_scratch_take(CHUNK);
    if (data == NULL) {
        errno = ENOMEM;
        return -1;
    }
    ssize_t result = copy_from_pipe(from, to, data, size, flags);
    sw_scratch_give_back(data, CHUNK);
    return result;
}

/* Whether `fd` is a stream that has nothing to read and is to wait for it; then it has waited. */
static bool waits_for_data(int fd) {
    struct sw_socket socket;
    struct pollfd state = {.fd = fd, .events = POLLIN};
    if (!sw_fd_hint(fd, &socket) || !sw_is_stream(&socket) || (sw_real.fcntl(fd, F_GETFL) & O_NONBLOCK) != 0)
        return false;
    return sw_real.poll(&state, 1, 0) == 0 && sw_real.poll(&state, 1, -1) > 0;
}

static bool is_pipe(int fd) {
    int saved_errno = errno;
    bool is = sw_real.fcntl(fd, F_GETPIPE_SZ) >= 0;
    errno = saved_errno;
    return is;
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
    bool tells = result >= 0 || (errno == EINVAL && from_offset == NULL && is_pipe(to));
    if (!tells || size == 0 || !sw_fd_hint(from, &socket) || !sw_is_stream(&socket))
        return result;
    return sw_answer(sw_stream_received(&socket, result, false));
}

/* sendfile(2). From a socket to a pipe, the kernel's own way is that of splice(2). */
SW_EXPORT ssize_t sendfile(int to, int from, off_t *offset, size_t count) {
    sw_start();
    if (count > 0 && sw_fd_is_ours(to))
        return send_file(to, from, offset, count);
    if (count > 0 && offset == NULL && sw_fd_is_ours(from) && is_pipe(to))
        return splice(from, NULL, to, NULL, count, (sw_real.fcntl(to, F_GETFL) & O_NONBLOCK) != 0 ? SPLICE_F_NONBLOCK : 0);
    return sw_real.sendfile(to, from, offset, count);
}

#ifdef __GLIBC__
/* sendfile(2) as glibc names it for programs with 64-bit offsets, which are all there are here. */
SW_EXPORT ssize_t sendfile64(int to, int from, off64_t *offset, size_t count) {
    return sendfile(to, from, offset, count);
}
#endif
