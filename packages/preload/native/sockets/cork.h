/* cork.h: datagrams that several writes make: MSG_MORE and UDP_CORK.
 *
 * What was written so far waits in a file `.cork-…` of the network's directory, behind what the first write said: where to, and with which
 * control messages. So processes that share the socket add to one datagram, as with the kernel. Each function but the last holds the network's
 * lock, as the kernel holds the socket's. */
#ifndef SW_SOCKETS_CORK_H
#define SW_SOCKETS_CORK_H

#include "sockets/delivery.h"

enum { SW_CORK_MOST = 65535 };

/* Whether a datagram waits to be finished. */
bool sw_cork_is_pending(const struct sw_record *record);

/* Keeps `delivery` and its data, the beginning of a datagram. -EFAULT for data that cannot be read, or the error of the file. */
int sw_cork_begin(const struct sw_delivery *delivery);

/* Adds to the datagram that waits, which is lost when that fails: -EMSGSIZE when it gets too long, -EFAULT. -ENOENT when nothing waits any
 * more. */
int sw_cork_add(struct sw_socket *socket, const struct msghdr *message);

/* Ends the wait: what is to be delivered, without the data, and these in `data`, SW_CORK_MOST bytes. Returns their length, -EAGAIN when
 * nothing waits. */
ssize_t sw_cork_take(struct sw_socket *socket, struct sw_delivery *delivery, char *data);

/* Forgets what waits, when the socket goes. */
void sw_cork_discard(const struct sw_network *network, struct sw_record *record);

#endif
