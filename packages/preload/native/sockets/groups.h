/* groups.h: multicast groups, in the members table of `.state`. */
#ifndef SW_SOCKETS_GROUPS_H
#define SW_SOCKETS_GROUPS_H

#include "sockets/address.h"
#include "state/fd_table.h"

/* Changes of what a socket is a member of, as the options named like them make them. Errors: -EINVAL for an address that is no group's,
 * -ENODEV for an interface that the host has not, -EADDRINUSE, -EADDRNOTAVAIL, -ENOBUFS. */
int sw_groups_join(struct sw_socket *socket, const struct sw_address *group, unsigned index);
int sw_groups_leave(struct sw_socket *socket, const struct sw_address *group, unsigned index);

/* The four options of RFC 3678 with a sender; `name` is MCAST_JOIN_SOURCE_GROUP and the like, for both families. */
int sw_groups_change_sender(struct sw_socket *socket, int name, const struct sw_address *group, const struct sw_address *sender, unsigned index);

/* The socket is no member any more. */
void sw_groups_leave_all(struct sw_network *network, struct sw_record *record);

/* The senders that the member of `group` has chosen, or those it has blocked; replaced by others. No chosen ones at all leave the group. */
int sw_groups_replace(struct sw_socket *socket, const struct sw_address *group, unsigned index, bool are_chosen, const struct sw_address *senders, uint32_t count);

/* The same, read: *count is the room in `senders`, and then how many there are. -EADDRNOTAVAIL for a group that the socket is no member of. */
int sw_groups_senders(const struct sw_socket *socket, const struct sw_address *group, unsigned index, bool *are_chosen, struct sw_address *senders, uint32_t *count);

/* That a socket is in a group, on an interface: 0 for the one that routes lead to. */
struct sw_membership {
    const struct sw_record *member;
    struct sw_address group;
    unsigned interface_index;
};

/* All of the network, one after the other: start with *position 0. False at the end. */
bool sw_groups_next(struct sw_network *network, unsigned *position, struct sw_membership *membership);

/* Makes all groups of one socket those of another, which takes its place. */
void sw_groups_hand_over(struct sw_network *network, const struct sw_record *from, struct sw_record *to);

/* Calls `visit` for every member of `group` that has the port of `group` and hears `sender`; each socket once. Both addresses are of the
 * family that the packets have. */
void sw_groups_each(struct sw_network *network, const struct sw_address *group, const struct sw_address *sender,
                    void (*visit)(struct sw_record *member, void *context), void *context);

#endif
