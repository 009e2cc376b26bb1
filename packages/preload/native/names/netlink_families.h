/* netlink_families.h: families of generic netlink that tell of the machine's network: whom it has talked to, and its network cards. */
#ifndef SW_NAMES_NETLINK_FAMILIES_H
#define SW_NAMES_NETLINK_FAMILIES_H

#include "base/growing.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether the request asks for the number of one of them; then the answer is that there is none, as without the kernel's module: ip(8)
 * says so, and ethtool(8) asks by ioctl(2) instead. */
bool sw_netlink_hides_family(const void *request, size_t size, uint32_t port, struct sw_growing *answer);

#endif
