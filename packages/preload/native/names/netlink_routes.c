#include "names/netlink_routes.h"

#include "names/routes.h"

#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <unistd.h>

enum { FLAG_LOCAL = (int)0x80000000u, FLAG_BROADCAST = 0x10000000, FLAG_MULTICAST = 0x20000000 }; /* RTCF_… of linux/in_route.h */

/* What a request says: all that is not said is 0. */
struct question {
    struct rtmsg route;
    struct sw_ip destination;
    uint32_t table, interface_index;
    bool has_destination;
};

static bool read_question(const unsigned char *body, size_t size, struct question *question) {
    memset(question, 0, sizeof *question);
    memcpy(&question->route, body, size < sizeof question->route ? size : sizeof question->route);
    int family = question->route.rtm_family;
    size_t position = NLMSG_ALIGN(sizeof question->route), length;
    uint16_t type;
    const void *data;
    question->table = question->route.rtm_table;
    while ((data = sw_netlink_next(body, size, &position, &type, &length)) != NULL) {
        if (type == RTA_DST && length >= sw_ip_size(family) && sw_ip_size(family) != 0) {
            question->destination = sw_ip_of_bytes(family, data);
            question->has_destination = true;
        } else if (type == RTA_TABLE && length >= sizeof question->table) {
            memcpy(&question->table, data, sizeof question->table);
        } else if (type == RTA_OIF && length >= sizeof question->interface_index) {
            memcpy(&question->interface_index, data, sizeof question->interface_index);
        }
    }
    return family == AF_UNSPEC || family == AF_INET || family == AF_INET6;
}

static void write_route(struct sw_netlink_writer *writer, const struct sw_route *route, unsigned flags, bool is_the_way) {
    bool is_ipv4 = route->destination.family == AF_INET;
    size_t size = sw_ip_size(route->destination.family);
    struct rtmsg message = {.rtm_family = (uint8_t)route->destination.family, .rtm_dst_len = (uint8_t)route->prefix, .rtm_table = route->table,
                            .rtm_protocol = RTPROT_KERNEL, .rtm_scope = route->scope, .rtm_type = route->type, .rtm_flags = flags};
    uint32_t table = route->table, index = route->interface_index, metric = route->metric;
    struct rta_cacheinfo cache = {.rta_clntref = 0};
    uint8_t medium = 0;
    if (is_ipv4 && is_the_way) {
        message.rtm_protocol = RTPROT_UNSPEC;
        message.rtm_scope = RT_SCOPE_UNIVERSE;
        message.rtm_table = RT_TABLE_MAIN;
        table = RT_TABLE_MAIN;
    }
    sw_netlink_begin(writer, RTM_NEWROUTE, &message, sizeof message);
    sw_netlink_attribute(writer, RTA_TABLE, &table, sizeof table);
    sw_netlink_attribute(writer, RTA_DST, route->destination.bytes, size);
    if (!is_ipv4)
        sw_netlink_attribute(writer, RTA_PRIORITY, &metric, sizeof metric);
    sw_netlink_attribute(writer, RTA_OIF, &index, sizeof index);
    if (route->source.family != 0)
        sw_netlink_attribute(writer, RTA_PREFSRC, route->source.bytes, size);
    if (is_ipv4 && is_the_way) {
        enum { RTA_OF_USER = 25 }; /* RTA_UID, which older headers lack */
        uint32_t user = geteuid();
        sw_netlink_attribute(writer, RTA_OF_USER, &user, sizeof user);
    }
    if (!is_ipv4 || is_the_way)
        sw_netlink_attribute(writer, RTA_CACHEINFO, &cache, sizeof cache);
    if (!is_ipv4)
        sw_netlink_attribute(writer, RTA_PREF, &medium, sizeof medium);
}

static void write_all(const struct sw_place *place, const struct question *question, struct sw_netlink_writer *writer) {
    struct sw_route routes[SW_ROUTES_MOST];
    /* The kernel has no cache of routes any more to list. */
    unsigned count = (question->route.rtm_flags & RTM_F_CLONED) != 0 ? 0 : sw_routes(place, routes);
    for (unsigned i = 0; i < count; i++) {
        bool is_family = question->route.rtm_family == AF_UNSPEC || question->route.rtm_family == routes[i].destination.family;
        bool is_table = question->table == RT_TABLE_UNSPEC || question->table == routes[i].table;
        bool is_interface = question->interface_index == 0 || question->interface_index == routes[i].interface_index;
        if (is_family && is_table && is_interface)
            write_route(writer, &routes[i], 0, false);
    }
    sw_netlink_done(writer);
}

static void write_way(const struct sw_place *place, const struct nlmsghdr *header, const struct question *question,
                      struct sw_netlink_writer *writer) {
    struct sw_route route;
    if (!question->has_destination) {
        sw_netlink_failed(writer, -EINVAL, header);
        return;
    }
    if (!sw_route_to(place, &question->destination, &route)) {
        sw_netlink_failed(writer, -ENETUNREACH, header);
        return;
    }
    unsigned flags = 0;
    if (route.destination.family == AF_INET)
        flags = RTM_F_CLONED | (route.type == RTN_LOCAL ? (unsigned)FLAG_LOCAL : 0) |
                (route.type == RTN_BROADCAST ? (unsigned)FLAG_LOCAL | FLAG_BROADCAST : 0) | (route.type == RTN_MULTICAST ? FLAG_MULTICAST : 0u);
    write_route(writer, &route, flags, true);
}

bool sw_netlink_answer_routes(const struct sw_place *place, const struct nlmsghdr *header, const unsigned char *body, size_t size,
                              struct sw_netlink_writer *writer) {
    bool is_dump = (header->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
    if (header->nlmsg_type == RTM_GETNEIGH) {
        /* Nobody has to look for a hardware address here. */
        struct ndmsg neighbour = {.ndm_family = AF_UNSPEC};
        memcpy(&neighbour, body, size < sizeof neighbour ? size : sizeof neighbour);
        if (neighbour.ndm_family != AF_UNSPEC && neighbour.ndm_family != AF_INET && neighbour.ndm_family != AF_INET6)
            return false;
        if (is_dump)
            sw_netlink_done(writer);
        else
            sw_netlink_failed(writer, -ENOENT, header);
        return true;
    }
    struct question question;
    if (header->nlmsg_type != RTM_GETROUTE || !read_question(body, size, &question))
        return false;
    if (is_dump)
        write_all(place, &question, writer);
    else
        write_way(place, header, &question, writer);
    return true;
}
