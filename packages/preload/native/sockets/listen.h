/* listen.h: listen(2) and accept(2). */
#ifndef SW_SOCKETS_LISTEN_H
#define SW_SOCKETS_LISTEN_H

#include "sockets/address.h"
#include "state/fd_table.h"

int sw_listen(struct sw_socket *socket, int backlog);
int sw_accept(struct sw_socket *socket, struct sockaddr *address, socklen_t *length, int flags);

#endif
