/* netlink_routes.h: questions about routes and neighbours, as ip-route(8) and libnl ask them (rtnetlink(7)). */
#ifndef SW_NAMES_NETLINK_ROUTES_H
#define SW_NAMES_NETLINK_ROUTES_H

#include "base/netlink_message.h"
#include "names/place.h"

/* Answers RTM_GETROUTE and RTM_GETNEIGH, whose body and attributes are the `size` bytes of `body`. False when it is neither, or not about
 * IP: then nothing was written. */
bool sw_netlink_answer_routes(const struct sw_place *place, const struct nlmsghdr *header, const unsigned char *body, size_t size,
                              struct sw_netlink_writer *writer);

#endif
