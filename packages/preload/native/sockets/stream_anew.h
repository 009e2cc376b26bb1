/* stream_anew.h: how a stream socket starts anew.
 *
 * A Unix stream socket binds and connects once. Where TCP lets a program start again on the same descriptor, a fresh one takes its place, on all
 * descriptors of this process that have it. */
#ifndef SW_SOCKETS_STREAM_ANEW_H
#define SW_SOCKETS_STREAM_ANEW_H

#include "state/fd_table.h"

/* tcp_disconnect(): the connection, or the listening, is over. What bind(2) was told stays. */
int sw_stream_replace(struct sw_socket *socket);

/* In front of bind(2), where the kernel has given the port back: all is as it was, but that the socket has no name any more. */
int sw_stream_renew(struct sw_socket *socket);

#endif
