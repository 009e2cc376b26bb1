/* error_queue.h: what MSG_ERRQUEUE of recv(2) tells: datagrams that nobody took, and why (IP_RECVERR of ip(7)), and sends with MSG_ZEROCOPY
 * whose memory is free again (socket(7), SO_ZEROCOPY). All are kept, in order, as long as SO_RCVBUF has room. */
#ifndef SW_SOCKETS_ERROR_QUEUE_H
#define SW_SOCKETS_ERROR_QUEUE_H

#include "sockets/address.h"
#include "state/fd_table.h"

/* Whether the program asked to be told when nobody takes a datagram to `destination`. */
bool sw_error_queue_is_wanted(const struct sw_record *record, const struct sw_address *destination);

/* Keeps a datagram that met a closed port, if the program asked for that. */
void sw_error_queue_put(const struct sw_socket *socket, const struct sw_address *destination, const struct msghdr *message);

/* Notes that one more send with MSG_ZEROCOPY is done, if the program has set SO_ZEROCOPY: here it was always a copy, and says so. */
void sw_error_queue_zerocopy(const struct sw_socket *socket, int flags);

/* recvmsg(2) with MSG_ERRQUEUE: -EAGAIN when there is nothing. `message` has the program's buffers. */
ssize_t sw_error_queue_take(struct sw_socket *socket, struct msghdr *message);

/* Whether something waits: while it does, poll(2) says POLLERR. */
static inline bool sw_error_queue_waits(const struct sw_record *record) {
    return sw_record_has(record, SW_ERRORS);
}

/* Whether this process has ever put something into a queue: while it has not, nobody need look. */
bool sw_error_queue_any(void);

/* Empties the queue, as switching IP_RECVERR off does. What the next call reports stays. */
void sw_error_queue_clear(const struct sw_socket *socket);

/* Forgets what is kept for a socket that goes. */
void sw_error_queue_discard(const struct sw_network *network, const struct sw_record *record);

#endif
