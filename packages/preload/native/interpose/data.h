/* data.h: what the calls that move data have in common. For a descriptor that is not ours, and for a TCP socket while nothing is
 * captured, they add no system call. */
#ifndef SW_INTERPOSE_DATA_H
#define SW_INTERPOSE_DATA_H

#include "state/fd_table.h"

#include <errno.h>
#include <sys/socket.h>

static inline bool sw_is_stream(const struct sw_socket *socket) {
    return socket->record->type == SOCK_STREAM;
}

/* A hint that led to a call on something that is no socket: forget it. */
static inline bool sw_was_stale(ssize_t result, int fd) {
    if (result != -ENOTSOCK)
        return false;
    sw_fd_forget(fd);
    return true;
}

/* `result` bytes went through: later segments of a capture get the right numbers. In a sandbox that is all that the library may do. */
static inline ssize_t sw_counted(_Atomic uint64_t *counter, ssize_t result) {
    if (result > 0)
        atomic_fetch_add_explicit(counter, (uint64_t)result, memory_order_relaxed);
    return result;
}

/* Before the library has started, no descriptor is known and nothing of libc's. */
static inline __attribute__((always_inline)) bool sw_goes_straight_on(int fd, const void *real) {
    return __builtin_expect(!sw_fd_may_be_ours(fd) && real != NULL, 1);
}

/* copy_msghdr_from_user() and import_iovec(): what is wrong with a message before anything is done with it, 0 or a negative errno. A name is
 * looked at only where it is `sent`. */
int sw_message_check(const struct msghdr *message, bool sent);

#endif
