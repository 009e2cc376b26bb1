/* routes.h: the routes of a host: to its own addresses, to the hosts of its network, and nowhere else. */
#ifndef SW_NAMES_ROUTES_H
#define SW_NAMES_ROUTES_H

#include "names/interfaces.h"

#include <stdbool.h>
#include <stdint.h>

enum { SW_ROUTES_MOST = 12 };

struct sw_route {
    struct sw_ip destination;
    unsigned prefix;
    unsigned interface_index;
    struct sw_ip source; /* family 0 when the kernel names none */
    uint32_t metric;
    uint8_t type, scope, table; /* RTN_…, RT_SCOPE_… and RT_TABLE_… of rtnetlink(7) */
};

/* All of them, IPv4 first and the main table before the local one. How many. */
unsigned sw_routes(const struct sw_place *place, struct sw_route routes[static SW_ROUTES_MOST]);

/* The way to one address. False when there is none. */
bool sw_route_to(const struct sw_place *place, const struct sw_ip *destination, struct sw_route *route);

#endif
