/* anew.h: another Unix socket in the place of one: it has a name once and for all, and a stream connects once. The other takes its place on all
 * descriptors of this process that have it. */
#ifndef SW_SOCKETS_ANEW_H
#define SW_SOCKETS_ANEW_H

#include "state/fd_table.h"

/* A Unix socket like that of `socket`, with its options and a record of its own, but no name; -1 and errno when there is no room. */
int sw_anew_make(const struct sw_socket *socket, struct sw_record **record);

/* Puts `fresh` in the place of the socket, which ends: 0, or a negative errno when it cannot be. The caller closes `fresh`. */
int sw_anew_put(struct sw_socket *socket, int fresh, struct sw_record *record);

#endif
