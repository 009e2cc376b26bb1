/* destination_order.h: in which order getaddrinfo(3) lists several addresses.
 *
 * RFC 6724 §6, rules 1, 2, 5, 6 and 8, with its policy table, for a host of this network: `localhost` is ::1 before 127.0.0.1,
 * as glibc has it. A host of the network is its IPv4 address before its IPv6 one, as the RFC and musl have it for the unique
 * local addresses that ours are; glibc keeps an older table. Addresses that no rule tells apart stay in the order found: rule 9
 * would send everyone to the same one of several equal servers. */
#ifndef SW_NAMES_DESTINATION_ORDER_H
#define SW_NAMES_DESTINATION_ORDER_H

#include "names/place.h"

void sw_sort_destinations(const struct sw_place *place, struct sw_ip *destinations, unsigned count);

#endif
