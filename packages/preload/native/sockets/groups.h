/* groups.h: multicast groups, in the members table of `.state`. */
#ifndef SW_SOCKETS_GROUPS_H
#define SW_SOCKETS_GROUPS_H

#include "sockets/address.h"
#include "state/fd_table.h"

/* The options of IPPROTO_IP and IPPROTO_IPV6 that join and leave groups and choose the interface to send on. */
int sw_groups_setsockopt(struct sw_socket *socket, int level, int name, const void *value, socklen_t length);

/* The interface that an option of IPv4 names by one of its addresses: 0 for any. -ENODEV when this host has none with it. */
int sw_groups_interface(const struct sw_socket *socket, const struct sw_address *group, const struct sw_address *address, unsigned *index);

/* The senders that the member of `group` has chosen, or those it has blocked; replaced by others. No chosen ones at all leave the group. */
int sw_groups_replace(struct sw_socket *socket, const struct sw_address *group, unsigned index, bool are_chosen, const struct sw_address *senders, uint32_t count);

/* The same, read: *count is the room in `senders`, and then how many there are. -EADDRNOTAVAIL for a group that the socket is no member of. */
int sw_groups_senders(const struct sw_socket *socket, const struct sw_address *group, unsigned index, bool *are_chosen, struct sw_address *senders, uint32_t *count);

/* IP_MSFILTER and MCAST_MSFILTER: sockets/group_lists.c. */
int sw_group_list_set(struct sw_socket *socket, int level, int name, const void *value, socklen_t length);
int sw_group_list_get(const struct sw_socket *socket, int level, int name, void *value, socklen_t *length);

/* That a socket is in a group, on an interface: 0 for the one that routes lead to. */
struct sw_membership {
    const struct sw_record *member;
    struct sw_address group;
    unsigned interface_index;
};

/* All of the network, one after the other: start with *position 0. False at the end. */
bool sw_groups_next(struct sw_network *network, unsigned *position, struct sw_membership *membership);

/* Calls `visit` for every member of `group` that has the port of `group` and hears `sender`; each socket once. Both addresses are of the
 * family that the packets have. */
void sw_groups_each(struct sw_network *network, const struct sw_address *group, const struct sw_address *sender,
                    void (*visit)(struct sw_record *member, void *context), void *context);

#endif
