#include "listing/proc_interfaces.h"

#include "names/routes.h"

#include <linux/ipv6_route.h>
#include <linux/route.h>
#include <linux/rtnetlink.h>
#include <string.h>

static void print_bytes(struct sw_growing *text, const uint8_t bytes[SW_IPV6_SIZE]) {
    for (unsigned i = 0; i < SW_IPV6_SIZE; i++)
        sw_growing_print(text, "%02x", bytes[i]);
}

void sw_proc_dev(struct sw_growing *text) {
    struct sw_place place;
    struct sw_interface interfaces[SW_INTERFACE_COUNT];
    if (!sw_place_now(&place))
        return;
    sw_interfaces(&place, interfaces);
    sw_growing_print(text, "Inter-|   Receive                                                |  Transmit\n"
                           " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n");
    /* Nothing is counted here: getifaddrs(3) says 0 as well. */
    for (unsigned i = 0; i < SW_INTERFACE_COUNT; i++)
        sw_growing_print(text, "%6s: %7d %7d %4d %4d %4d %5d %10d %9d %8d %7d %4d %4d %4d %5d %7d %10d\n", interfaces[i].name, 0, 0, 0, 0, 0, 0, 0,
                         0, 0, 0, 0, 0, 0, 0, 0, 0);
}

void sw_proc_if_inet6(struct sw_growing *text) {
    enum { SCOPE_LOOPBACK = 0x10, PERMANENT = 0x80 };
    struct sw_place place;
    struct sw_interface interfaces[SW_INTERFACE_COUNT];
    if (!sw_place_now(&place))
        return;
    sw_interfaces(&place, interfaces);
    for (unsigned i = 0; i < SW_INTERFACE_COUNT; i++) {
        const struct sw_interface_address *address = &interfaces[i].ipv6;
        if (address->ip.family == 0)
            continue;
        print_bytes(text, address->ip.bytes);
        sw_growing_print(text, " %02x %02x %02x %02x %8s\n", interfaces[i].index, address->prefix,
                         sw_ip_is_loopback(&address->ip) ? SCOPE_LOOPBACK : 0, PERMANENT, interfaces[i].name);
    }
}

void sw_proc_route(struct sw_growing *text) {
    enum { WIDTH = 127 };
    struct sw_route routes[SW_ROUTES_MOST];
    struct sw_place place;
    if (!sw_place_now(&place))
        return;
    sw_growing_print(text, "%-*s\n", WIDTH, "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT");
    unsigned count = sw_routes(&place, routes);
    for (unsigned i = 0; i < count; i++) {
        const struct sw_route *route = &routes[i];
        if (route->destination.family != AF_INET || route->table != RT_TABLE_MAIN)
            continue;
        uint32_t destination, mask;
        struct sw_ip netmask = sw_netmask(AF_INET, route->prefix);
        memcpy(&destination, route->destination.bytes, sizeof destination);
        memcpy(&mask, netmask.bytes, sizeof mask);
        size_t start = text->length;
        sw_growing_print(text, "%s\t%08X\t%08X\t%04X\t0\t0\t%u\t%08X\t0\t0\t0", sw_interface_name(route->interface_index), destination, 0, RTF_UP,
                         route->metric, mask);
        sw_growing_print(text, "%*s\n", (int)(WIDTH - (text->length - start)), "");
    }
}

void sw_proc_ipv6_route(struct sw_growing *text) {
    static const uint8_t NOWHERE[SW_IPV6_SIZE];
    struct sw_route routes[SW_ROUTES_MOST];
    struct sw_place place;
    if (!sw_place_now(&place))
        return;
    unsigned count = sw_routes(&place, routes);
    for (unsigned i = 0; i < count; i++) {
        const struct sw_route *route = &routes[i];
        if (route->destination.family != AF_INET6)
            continue;
        unsigned flags = RTF_UP | (route->type == RTN_LOCAL ? RTF_NONEXTHOP | RTF_LOCAL : 0u);
        print_bytes(text, route->destination.bytes);
        sw_growing_print(text, " %02x ", route->prefix);
        print_bytes(text, NOWHERE);
        sw_growing_print(text, " 00 ");
        print_bytes(text, NOWHERE);
        sw_growing_print(text, " %08x %08x %08x %08x %8s\n", route->metric, 1, 0, flags, sw_interface_name(route->interface_index));
    }
}

void sw_proc_arp(struct sw_growing *text) {
    sw_growing_print(text, "IP address       HW type     Flags       HW address            Mask     Device\n");
}

void sw_proc_ip6_flowlabel(struct sw_growing *text) {
    sw_growing_print(text, "Label S Owner  Users  Linger Expires  Dst                              Opt\n");
}

void sw_proc_nothing(struct sw_growing *text) {
    (void)text;
}
