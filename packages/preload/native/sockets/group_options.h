/* group_options.h: getsockopt(2) and setsockopt(2) of what has to do with multicast groups, for IPPROTO_IP and IPPROTO_IPV6. */
#ifndef SW_SOCKETS_GROUP_OPTIONS_H
#define SW_SOCKETS_GROUP_OPTIONS_H

#include "sockets/address.h"
#include "state/fd_table.h"

/* The options that join and leave groups, choose senders, and choose the interface to send on. */
int sw_group_option_set(struct sw_socket *socket, int level, int name, const void *value, socklen_t length);

/* IP_MSFILTER and MCAST_MSFILTER: sockets/group_lists.c. */
int sw_group_list_set(struct sw_socket *socket, int level, int name, const void *value, socklen_t length);
int sw_group_list_get(const struct sw_socket *socket, int level, int name, void *value, socklen_t *length);

/* The interface that an option of IPv4 names by one of its addresses: 0 for any. -ENODEV when this host has none with it. */
int sw_group_interface(const struct sw_socket *socket, const struct sw_address *group, const struct sw_address *address, unsigned *index);

#endif
