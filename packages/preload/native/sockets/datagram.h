/* datagram.h: UDP sockets.
 *
 * The Unix socket stays unconnected: connect(2) is kept in the record, and who sends looks there for whom the receiver listens to, as the
 * kernel does when it delivers. */
#ifndef SW_SOCKETS_DATAGRAM_H
#define SW_SOCKETS_DATAGRAM_H

#include "sockets/address.h"
#include "state/fd_table.h"

int sw_datagram_connect(struct sw_socket *socket, const struct sw_site *target, const struct sw_address *address);

/* The own address that a datagram to `target` comes from. */
struct sw_address sw_datagram_source(const struct sw_socket *socket, const struct sw_site *target);

/* sendmsg(2) and recvmsg(2). */
ssize_t sw_datagram_send(struct sw_socket *socket, const struct msghdr *message, int flags);
ssize_t sw_datagram_receive(struct sw_socket *socket, struct msghdr *message, int flags);

/* recvfrom(2): as above, for those who do not look at msg_flags and have no room for control messages. */
ssize_t sw_datagram_receive_block(struct sw_socket *socket, void *data, size_t size, int flags, struct sockaddr_storage *from, socklen_t *length);

/* Sends the datagram that MSG_MORE or UDP_CORK held back, if there is one. The result is an error of its data. */
int sw_datagram_push(struct sw_socket *socket);

/* How long the next datagram is that has no room in the Unix socket; 0 when none waits. */
size_t sw_datagram_next_size(struct sw_socket *socket);

/* When the last datagram came, for SIOCGSTAMP and SIOCGSTAMPNS. */
int sw_datagram_stamp(struct sw_socket *socket, struct timespec *stamp);

#endif
