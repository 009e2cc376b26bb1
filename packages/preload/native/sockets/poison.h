/* poison.h: makes the kernel report an error on a Unix socket, so that poll(2) and epoll(7) wake and tell what they would tell of an IP
 * socket. The error itself is ECONNRESET; which one the program is to see is in the record. */
#ifndef SW_SOCKETS_POISON_H
#define SW_SOCKETS_POISON_H

#include "sockets/path.h"
#include "state/fd_table.h"

/* For a datagram socket bound to the file `own`: afterwards it is as before but for the error, and what waits has moved into the spill file.
 * Whoever sends to it meanwhile gets EPERM. */
void sw_poison_datagram(const struct sw_socket *socket, const struct sw_path *own);

#endif
