/* connect.h: connect(2). */
#ifndef SW_SOCKETS_CONNECT_H
#define SW_SOCKETS_CONNECT_H

#include "sockets/address.h"
#include "state/fd_table.h"

/* connect(2) for both kinds of sockets. */
int sw_connect(struct sw_socket *socket, const struct sockaddr *address, socklen_t length);

/* The program has learned how its connect(2) in progress ended. */
void sw_stream_collect(struct sw_socket *socket);

#endif
