/* route.h: the way that datagrams of this thread went the last few times.
 *
 * Most datagrams go where another one went a moment ago. Who receives them is found in the shared state and named by a path, which takes longer
 * than the rest of a send; so each thread keeps what it has found, together with all that this depends on. When any of that has changed the
 * datagram is sent as if it were the first. */
#ifndef SW_SOCKETS_ROUTE_H
#define SW_SOCKETS_ROUTE_H

#include "sockets/delivery.h"

/* Sends the one block of `message` as a datagram before it was sent. False when it has to be sent another way: nothing has happened
 * then. */
bool sw_route_send(struct sw_socket *socket, const struct msghdr *message, int flags);

/* Keeps the way of a datagram that has been delivered to `delivery->receiver`, the only socket of its endpoint. `changes` of the network's header
 * was read before that was found. */
void sw_route_keep(const struct sw_delivery *delivery, const struct msghdr *message, uint32_t changes);

#endif
