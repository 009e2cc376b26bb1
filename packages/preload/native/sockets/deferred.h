/* deferred.h: connections that a listener with TCP_DEFER_ACCEPT is not told of yet.
 *
 * The kernel keeps such a connection to itself until its client has sent something or has ended it, or the seconds are over:
 * accept_deferred.c shows it. Here the client's Unix socket stays without a peer for so long. It is connected by whoever sends first, closes it, or
 * waits when the time comes, in whichever process; no program sees the difference. A client that does none of this when its time is
 * over connects late. */
#ifndef SW_SOCKETS_DEFERRED_H
#define SW_SOCKETS_DEFERRED_H

#include "state/fd_table.h"

/* connect(2): whether `listener` is not to be told of `client`, which then counts as connected. */
bool sw_deferred_begin(struct sw_socket *client, const struct sw_record *listener);

/* Connects the Unix socket, for those that are SW_DEFERRED; -ECONNREFUSED when the listener is gone. accept(2) gives the connection to its program
 * only when sw_deferred_end() says that what there is to read is there. */
int sw_deferred_connect(struct sw_socket *client);
void sw_deferred_end(struct sw_record *client);

/* In front of close(2): both at once, but for a connection that is reset. */
void sw_deferred_closing(struct sw_socket *client);

/* Data was sent, and nobody is there: its length, and the reset that comes back is met by the next call. */
void sw_deferred_was_reset(struct sw_record *client);

/* Before a read: waits until there may be something to read, or the listener was told; -EAGAIN, -EINTR. */
int sw_deferred_await(struct sw_socket *client, int flags);

/* After accept(2) of the Unix socket, whose client may be unknown: waits for sw_deferred_end(), which is due in a moment. */
void sw_deferred_accepted(int fd, const struct sw_record *client);

/* Whether this process may have such clients, and when the listener of this one is told at the latest: nanoseconds of CLOCK_MONOTONIC, INT64_MAX
 * for never. Tells it when that is now. */
extern atomic_int sw_deferred_clients;
static inline bool sw_deferred_any(void) {
    return atomic_load_explicit(&sw_deferred_clients, memory_order_relaxed) > 0;
}
int64_t sw_deferred_until(struct sw_socket *client);

#endif
