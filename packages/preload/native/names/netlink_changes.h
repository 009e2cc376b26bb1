/* netlink_changes.h: requests that change links, addresses, routes, neighbours or rules (rtnetlink(7)).
 *
 * A program of root might make them of the machine that the tests run on. What a host of the network has is fixed: it gets the answer of a user
 * without CAP_NET_ADMIN. */
#ifndef SW_NAMES_NETLINK_CHANGES_H
#define SW_NAMES_NETLINK_CHANGES_H

#include "base/growing.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether any request among the `size` bytes is a change. */
bool sw_netlink_is_change(const void *requests, size_t size);

/* Answers every change with EPERM, for the socket with this port. */
void sw_netlink_refuse(const void *requests, size_t size, uint32_t port, struct sw_growing *answer);

#endif
