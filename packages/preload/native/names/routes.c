#include "names/routes.h"

#include <linux/rtnetlink.h>
#include <string.h>

enum { IPV6_METRIC = 256 };

static struct sw_ip network_of(const struct sw_interface_address *address) {
    struct sw_ip network = address->ip, mask = sw_netmask(address->ip.family, address->prefix);
    for (unsigned i = 0; i < SW_IPV6_SIZE; i++)
        network.bytes[i] &= mask.bytes[i];
    return network;
}

static struct sw_ip broadcast_of(const struct sw_interface_address *address) {
    struct sw_ip broadcast = address->ip, mask = sw_netmask(address->ip.family, address->prefix);
    for (unsigned i = 0; i < SW_IPV4_SIZE; i++)
        broadcast.bytes[i] |= (uint8_t)~mask.bytes[i];
    return broadcast;
}

unsigned sw_routes(const struct sw_place *place, struct sw_route routes[static SW_ROUTES_MOST]) {
    struct sw_interface interfaces[SW_INTERFACE_COUNT];
    sw_interfaces(place, interfaces);
    const struct sw_interface_address *lo4 = &interfaces[0].ipv4, *eth4 = &interfaces[1].ipv4, *lo6 = &interfaces[0].ipv6,
                                      *eth6 = &interfaces[1].ipv6;
    unsigned count = 0;
    if (eth4->ip.family != 0) {
        routes[count++] = (struct sw_route){network_of(eth4), eth4->prefix, SW_ETH0, eth4->ip, 0, RTN_UNICAST, RT_SCOPE_LINK, RT_TABLE_MAIN};
        routes[count++] = (struct sw_route){eth4->ip, 32, SW_ETH0, eth4->ip, 0, RTN_LOCAL, RT_SCOPE_HOST, RT_TABLE_LOCAL};
        routes[count++] = (struct sw_route){broadcast_of(eth4), 32, SW_ETH0, eth4->ip, 0, RTN_BROADCAST, RT_SCOPE_LINK, RT_TABLE_LOCAL};
    }
    if (lo4->ip.family != 0) {
        routes[count++] = (struct sw_route){network_of(lo4), lo4->prefix, SW_LO, lo4->ip, 0, RTN_LOCAL, RT_SCOPE_HOST, RT_TABLE_LOCAL};
        routes[count++] = (struct sw_route){lo4->ip, 32, SW_LO, lo4->ip, 0, RTN_LOCAL, RT_SCOPE_HOST, RT_TABLE_LOCAL};
        routes[count++] = (struct sw_route){broadcast_of(lo4), 32, SW_LO, lo4->ip, 0, RTN_BROADCAST, RT_SCOPE_LINK, RT_TABLE_LOCAL};
    }
    const struct sw_ip none = {.family = 0}, groups = {.family = AF_INET6, .bytes = {0xff}};
    if (eth6->ip.family != 0)
        routes[count++] =
            (struct sw_route){network_of(eth6), eth6->prefix, SW_ETH0, none, IPV6_METRIC, RTN_UNICAST, RT_SCOPE_UNIVERSE, RT_TABLE_MAIN};
    routes[count++] = (struct sw_route){lo6->ip, 128, SW_LO, none, 0, RTN_LOCAL, RT_SCOPE_UNIVERSE, RT_TABLE_LOCAL};
    if (eth6->ip.family != 0) {
        routes[count++] = (struct sw_route){eth6->ip, 128, SW_ETH0, none, 0, RTN_LOCAL, RT_SCOPE_UNIVERSE, RT_TABLE_LOCAL};
        routes[count++] = (struct sw_route){groups, 8, SW_ETH0, none, IPV6_METRIC, RTN_MULTICAST, RT_SCOPE_UNIVERSE, RT_TABLE_LOCAL};
    }
    return count;
}

static bool is_within(const struct sw_ip *ip, const struct sw_route *route) {
    struct sw_ip start = network_of(&(struct sw_interface_address){.ip = *ip, .prefix = route->prefix});
    return ip->family == route->destination.family && memcmp(start.bytes, route->destination.bytes, sw_ip_size(ip->family)) == 0;
}

bool sw_route_to(const struct sw_place *place, const struct sw_ip *destination, struct sw_route *route) {
    struct sw_route routes[SW_ROUTES_MOST];
    unsigned count = sw_routes(place, routes);
    const struct sw_route *best = NULL;
    for (unsigned i = 0; i < count; i++)
        if (is_within(destination, &routes[i]) && (best == NULL || routes[i].prefix > best->prefix))
            best = &routes[i];
    bool is_ipv4 = destination->family == AF_INET, is_group = is_ipv4 && destination->bytes[0] >> 4 == 0xe;
    if (best == NULL && (!is_group || place->interface == 0))
        return false;
    if (best != NULL)
        *route = *best;
    else
        *route = (struct sw_route){.interface_index = SW_ETH0, .type = RTN_MULTICAST, .table = RT_TABLE_MAIN,
                                   .source = sw_place_address(place, AF_INET, place->interface)};
    if (is_ipv4 && route->type == RTN_LOCAL)
        route->interface_index = SW_LO;
    if (!is_ipv4)
        route->source = route->type == RTN_LOCAL ? *destination : sw_place_address(place, AF_INET6, place->interface);
    route->destination = *destination;
    route->prefix = sw_ip_size(destination->family) * 8;
    return true;
}
