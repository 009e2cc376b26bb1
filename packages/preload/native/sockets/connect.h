/* connect.h: connect(2), and how a stream socket starts anew. */
#ifndef SW_SOCKETS_CONNECT_H
#define SW_SOCKETS_CONNECT_H

#include "sockets/address.h"
#include "state/fd_table.h"

/* connect(2) for both kinds of sockets. */
int sw_connect(struct sw_socket *socket, const struct sockaddr *address, socklen_t length);

/* Puts a fresh Unix socket in the place of one that is done, bound as the program bound it. */
int sw_stream_replace(struct sw_socket *socket);

/* The program has learned how its connect(2) in progress ended. */
void sw_stream_collect(struct sw_socket *socket);

#endif
