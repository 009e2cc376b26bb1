/* datagram_anew.h: how a UDP socket loses its port, and gets another.
 *
 * connect(2) to AF_UNSPEC gives a port of the kernel's choice back. The Unix socket has its name for good: its file moves out of the way, and
 * another socket takes its place as soon as a port is needed. One that other processes may have keeps its port. */
#ifndef SW_SOCKETS_DATAGRAM_ANEW_H
#define SW_SOCKETS_DATAGRAM_ANEW_H

#include "state/fd_table.h"

/* Makes the port anybody's. */
void sw_datagram_give_back_port(const struct sw_socket *socket);

/* Whether the socket needs a port: it never had one, or has given it back. */
static inline bool sw_datagram_has_no_port(const struct sw_record *record) {
    const uint32_t both = SW_NAMED | SW_BOUND;
    return (atomic_load_explicit(&record->flags, memory_order_relaxed) & both) != both;
}

/* In front of bind(2): a socket whose Unix socket has no name, with all that was there to be read. 0 or a negative errno. */
int sw_datagram_renew(struct sw_socket *socket);

#endif
