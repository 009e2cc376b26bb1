/* holders.h: who has a descriptor of a socket. */
#ifndef SW_STATE_HOLDERS_H
#define SW_STATE_HOLDERS_H

#include "state/network.h"

/* Whether another process of the network has the socket with `inode` open, or may have: one whose descriptors nobody may see counts. Looks at all
 * their descriptors, so this is for what is seldom asked. Leaves errno alone. */
bool sw_socket_has_other_holder(const struct sw_network *network, uint64_t inode);

#endif
