/* stream.h: the data of TCP sockets, and the state of their connection. */
#ifndef SW_SOCKETS_STREAM_H
#define SW_SOCKETS_STREAM_H

#include "sockets/address.h"
#include "state/fd_table.h"

/* send(2) of a connected stream: the shortest way there is where nothing is recorded. */
ssize_t sw_stream_send_block(struct sw_socket *socket, const void *data, size_t size, int flags);
ssize_t sw_stream_send(struct sw_socket *socket, const struct msghdr *message, int flags);
ssize_t sw_stream_receive(struct sw_socket *socket, struct msghdr *message, int flags);

/* Waits, as MSG_WAITALL says, until `wanted` bytes can be looked at with MSG_PEEK, or no more will come. A Unix socket shows at once what is
 * there. */
void sw_stream_await(const struct sw_socket *socket, size_t wanted, int flags);

/* How much can be read up to an urgent byte, and what came late with it: FIONREAD of tcp(7). Or a negative errno. */
int sw_stream_unread(const struct sw_socket *socket);

/* What to make of a plain read or write of the Unix socket that gave `result`; errno as it left it. */
ssize_t sw_stream_received(struct sw_socket *socket, ssize_t result, bool peeked);

/* The same where there was no byte to read: data that came late is in `message` then. */
ssize_t sw_stream_ended(struct sw_socket *socket, const struct msghdr *message, ssize_t result, int flags);

/* Takes the error that the next call is to report, 0 when there is none. The Unix socket's own goes with it. */
int sw_pending_error(struct sw_socket *socket);

/* The MTU of the way to the peer: lo's or eth0's. */
uint32_t sw_stream_mtu(const struct sw_network *network, const struct sw_record *record);

/* How much of what was sent the Unix socket still has with it, in its own measure: never less than the bytes. */
uint64_t sw_stream_queued(const struct sw_socket *socket);

int sw_getsockname(struct sw_socket *socket, struct sockaddr *address, socklen_t *length);
int sw_getpeername(struct sw_socket *socket, struct sockaddr *address, socklen_t *length);

#endif
