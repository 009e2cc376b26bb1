/* late.h: stream data for a socket that has shut its reading half.
 *
 * TCP still delivers what comes after shutdown(2) with SHUT_RD, though readers no longer wait for it. A Unix socket takes nothing then, so the
 * data goes by a file: its sender puts it there, and who reads finds it behind the end of the Unix stream. */
#ifndef SW_SOCKETS_LATE_H
#define SW_SOCKETS_LATE_H

#include "state/fd_table.h"

#include <sys/socket.h>

/* Sends to `receiver`: how much was taken. What is more than a receive buffer holds is taken and dropped: nobody could wake the sender. */
ssize_t sw_late_put(const struct sw_socket *sender, struct sw_record *receiver, const struct msghdr *message);

/* Reads into the parts of `message`, with MSG_PEEK and MSG_TRUNC as tcp(7) means them: 0 when there is nothing, -EFAULT. */
ssize_t sw_late_take(const struct sw_socket *socket, const struct msghdr *message, int flags);

/* How many bytes wait. */
size_t sw_late_size(const struct sw_socket *socket);

/* Removes the file of a socket that goes. */
void sw_late_discard(const struct sw_network *network, const struct sw_record *record);

#endif
