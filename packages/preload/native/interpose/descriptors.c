/* descriptors.c: the calls that close and copy descriptors. */
#include "base/own_descriptors.h"
#include "base/process.h"
#include "base/real.h"
#include "interpose/export.h"
#include "interpose/start.h"
#include "interpose/stdio.h"
#include "sockets/life.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

/* close(2) */
SW_EXPORT int close(int fd) {
    struct sw_socket socket;
    sw_start();
    if (sw_own_descriptor_is(fd))
        return (int)sw_answer(-EBADF);
    if (sw_fd_hint(fd, &socket) && sw_fd_socket(fd, &socket))
        return (int)sw_answer(sw_socket_close(&socket));
    return sw_real.close(fd);
}

/* close_range(2), which not every libc has; syscall(2) has. */
static int close_numbers(unsigned first, unsigned last, int flags) {
    if (sw_real.close_range == NULL)
        return (int)sw_real.syscall(SYS_close_range, first, last, flags);
    return sw_real.close_range(first, last, flags);
}

/* The same, but for the capture's own descriptor. */
static int close_range_around(unsigned first, unsigned last, int flags) {
    for (unsigned fd = first; sw_own_descriptor_any() && fd <= last && fd < 1u << 20; fd++)
        if (sw_own_descriptor_is((int)fd)) {
            int result = fd > first ? close_numbers(first, fd - 1, flags) : 0;
            if (result == 0 && fd < last)
                result = close_numbers(fd + 1, last, flags);
            return result;
        }
    return close_numbers(first, last, flags);
}

/* close_range(2) */
SW_EXPORT int close_range(unsigned first, unsigned last, int flags) {
    sw_start();
    if (first > last || (flags & ~CLOSE_RANGE_UNSHARE) != 0 || !sw_process_is_self())
        return close_range_around(first, last, flags);
    struct sw_socket socket;
    for (int fd = sw_fd_next(first > INT_MAX ? INT_MAX : (int)first); fd >= 0 && (unsigned)fd <= last; fd = sw_fd_next(fd + 1))
        if (sw_fd_socket(fd, &socket))
            sw_socket_close(&socket);
    return close_range_around(first, last, flags);
}

/* closefrom(3) */
SW_EXPORT void closefrom(int first) {
    int saved_errno = errno;
    if (close_range(first < 0 ? 0 : (unsigned)first, ~0u, 0) != 0) {
        long most = sysconf(_SC_OPEN_MAX);
        for (int fd = first < 0 ? 0 : first; fd < most; fd++)
            close(fd);
    }
    errno = saved_errno;
}

/* dup(2) */
SW_EXPORT int dup(int fd) {
    sw_start();
    int copy = sw_real.dup(fd);
    if (copy >= 0 && sw_process_is_self())
        sw_fd_copy(fd, copy);
    return copy;
}

/* dup2(2) and dup3(2) close `to` silently; a socket there ends as with close(2). */
static int copy_onto(int from, int to, int flags, bool with_flags) {
    struct sw_socket replaced;
    if (sw_own_descriptor_is(to) || sw_own_descriptor_is(from))
        return (int)sw_answer(-EBADF);
    bool ends = from != to && sw_real.fcntl(from, F_GETFD) >= 0 && sw_fd_hint(to, &replaced) && sw_fd_socket(to, &replaced);
    struct sw_closing closing = {0};
    if (ends)
        closing = sw_socket_closing(&replaced);
    int result = with_flags ? sw_real.dup3(from, to, flags) : sw_real.dup2(from, to);
    if (ends && result >= 0)
        sw_socket_closed(&closing);
    else if (ends && closing.record != NULL)
        sw_fd_set(to, closing.network, closing.record);
    if (result >= 0 && sw_process_is_self()) {
        sw_fd_copy(from, to);
        sw_stdio_copied_onto(to);
    }
    return result;
}

/* dup2(2) */
SW_EXPORT int dup2(int from, int to) {
    sw_start();
    return copy_onto(from, to, 0, false);
}

/* dup3(2) */
SW_EXPORT int dup3(int from, int to, int flags) {
    sw_start();
    return copy_onto(from, to, flags, true);
}

static int control(int (*real)(int, int, ...), int fd, int command, void *argument) {
    int result = real(fd, command, argument);
    if ((command == F_DUPFD || command == F_DUPFD_CLOEXEC) && result >= 0 && sw_process_is_self())
        sw_fd_copy(fd, result);
    return result;
}

/* fcntl(2) */
SW_EXPORT int fcntl(int fd, int command, ...) {
    va_list arguments;
    va_start(arguments, command);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    sw_start();
    return control(sw_real.fcntl, fd, command, argument);
}

/* fcntl(2) with 64-bit offsets, as glibc names it for programs. */
SW_EXPORT int fcntl64(int fd, int command, ...) {
    va_list arguments;
    va_start(arguments, command);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    sw_start();
    return control(sw_real.fcntl64, fd, command, argument);
}

/* fclose(3): libc closes the descriptor without asking us. */
SW_EXPORT int fclose(FILE *stream) {
    struct sw_socket socket;
    struct sw_closing closing = {0};
    sw_start();
    int fd = fileno(stream);
    if (fd >= 0 && sw_fd_hint(fd, &socket) && sw_fd_socket(fd, &socket)) {
        fflush(stream);
        closing = sw_socket_closing(&socket);
    }
    sw_stdio_closing(stream);
    int result = sw_real.fclose(stream);
    sw_socket_closed(&closing);
    return result;
}
