/* self.h: TCP sockets that are connected to themselves, by connect(2) to the port that they are bound to.
 *
 * A Unix socket cannot be its own peer. One that only this library knows is at its other end, the outlet: what the program sends goes into
 * that one and so comes back. Each process has the outlets of what it has connected, or got by fork(2), for itself. */
#ifndef SW_SOCKETS_SELF_H
#define SW_SOCKETS_SELF_H

#include "state/fd_table.h"

/* Connects the socket, which has its name, to itself: 0, or -ECONNREFUSED where there is no room for one more. */
int sw_self_connect(const struct sw_socket *socket);

/* The socket with the descriptor that takes what it sends, which waits as long as the program's own would. -1 in a process that has none. */
struct sw_socket sw_self_outlet(const struct sw_socket *socket);

/* After shutdown(2) of the program's descriptor: the peer, that is the socket itself, has to learn of it. */
void sw_self_shut(const struct sw_socket *socket, int how);

/* When this process closes its last descriptor of the socket. */
void sw_self_closing(const struct sw_record *record);

#endif
