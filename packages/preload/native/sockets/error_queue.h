/* error_queue.h: what IP_RECVERR and MSG_ERRQUEUE of ip(7) tell: the datagram that nobody took, and why. Kept is the last one. */
#ifndef SW_SOCKETS_ERROR_QUEUE_H
#define SW_SOCKETS_ERROR_QUEUE_H

#include "sockets/address.h"
#include "state/fd_table.h"

/* Keeps a datagram that met a closed port, if the program asked for that. */
void sw_error_queue_put(const struct sw_socket *socket, const struct sw_address *destination, const struct msghdr *message);

/* recvmsg(2) with MSG_ERRQUEUE: -EAGAIN when there is nothing. `message` has the program's buffers. */
ssize_t sw_error_queue_take(struct sw_socket *socket, struct msghdr *message);

/* Forgets what is kept for a socket that goes. */
void sw_error_queue_discard(const struct sw_network *network, const struct sw_record *record);

#endif
