/* groups.h: multicast groups, in the members table of `.state`. */
#ifndef SW_SOCKETS_GROUPS_H
#define SW_SOCKETS_GROUPS_H

#include "sockets/address.h"
#include "state/fd_table.h"

/* The options of IPPROTO_IP and IPPROTO_IPV6 that join and leave groups and choose the interface to send on. */
int sw_groups_setsockopt(struct sw_socket *socket, int level, int name, const void *value, socklen_t length);

/* Calls `visit` for every member of `group` that has the port of `group` and hears `sender`; each socket once. Both addresses are of the
 * family that the packets have. */
void sw_groups_each(struct sw_network *network, const struct sw_address *group, const struct sw_address *sender,
                    void (*visit)(struct sw_record *member, void *context), void *context);

#endif
