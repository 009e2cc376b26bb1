/* ifaddrs.h: getifaddrs(3) and if_nameindex(3), from interfaces.h, in the form and order of glibc. */
#ifndef SW_NAMES_IFADDRS_H
#define SW_NAMES_IFADDRS_H

#include "names/place.h"

#include <ifaddrs.h>

struct if_nameindex; /* <net/if.h> */

/* 0, or -ENOMEM. The list is one allocation. */
int sw_getifaddrs(const struct sw_place *place, struct ifaddrs **list);

/* Whether sw_getifaddrs made the list; then free(3) frees it. */
bool sw_is_own_ifaddrs(const struct ifaddrs *list);

/* NULL when there is no memory. Each name is an allocation of its own, as in glibc, whose if_freenameindex(3) can free it. */
struct if_nameindex *sw_if_nameindex(void);
void sw_free_own_if_nameindex(struct if_nameindex *list);

/* Whether sw_if_nameindex, or glibc, made the list: musl keeps the names behind the last entry. */
bool sw_is_own_if_nameindex(const struct if_nameindex *list);

#endif
