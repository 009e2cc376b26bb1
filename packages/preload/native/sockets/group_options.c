/* group_options.c: the options that join and leave multicast groups, choose senders, and choose the interface to send on. */
#include "sockets/group_options.h"

#include "names/interfaces.h"
#include "sockets/groups.h"
#include "sockets/option_values.h"
#include "sockets/options.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

/* The interface that has `address`: 1 lo, 2 eth0, 0 none of this host's. */
static unsigned index_of_ipv4(const struct sw_socket *socket, const uint8_t bytes[4]) {
    struct sw_address address = {.family = AF_INET};
    memcpy(address.bytes, bytes, 4);
    struct sw_site site = sw_address_site(socket->network, socket->record->interface, &address);
    if (site.scope == SW_SCOPE_LOOPBACK)
        return SW_LO;
    return site.scope == SW_SCOPE_HOST ? SW_ETH0 : 0;
}

int sw_group_interface(const struct sw_socket *socket, const struct sw_address *group, const struct sw_address *address, unsigned *index) {
    *index = sw_address_is_wildcard(address) ? 0 : index_of_ipv4(socket, address->bytes);
    return *index != 0 || sw_address_is_wildcard(address) ? 0 : sw_address_is_multicast(group) ? -ENODEV : -EINVAL;
}

static int set_interface4(struct sw_socket *socket, const void *value, socklen_t length) {
    struct sw_options *options = sw_options_of(socket->record);
    struct ip_mreqn request = {0};
    if (socket->record->type == SOCK_STREAM || length < sizeof(struct in_addr))
        return -EINVAL;
    if (value == NULL)
        return -EFAULT;
    if (length >= sizeof request)
        memcpy(&request, value, sizeof request);
    else if (length >= sizeof(struct ip_mreq))
        memcpy(&request, value, sizeof(struct ip_mreq));
    else
        memcpy(&request.imr_address, value, sizeof request.imr_address);

    unsigned index = (unsigned)request.imr_ifindex;
    if (index == 0 && request.imr_address.s_addr != INADDR_ANY) {
        index = index_of_ipv4(socket, (const uint8_t *)&request.imr_address);
        if (index == 0)
            return -EADDRNOTAVAIL;
    }
    if (index > SW_INTERFACE_COUNT)
        return -EADDRNOTAVAIL;
    options->multicast_if4_index = (int32_t)index;
    memcpy(options->multicast_if4, &request.imr_address, 4);
    return 0;
}

/* ip_mc_leave_group(): nobody is in such a group, and where no interface is named either, there has to be a way to it. */
static int leave_no_group(const struct sw_address *group, bool names_interface) {
    enum { LOOPBACK_NETWORK = 127 };
    return names_interface || group->bytes[0] == LOOPBACK_NETWORK || sw_address_is_wildcard(group) ? -EADDRNOTAVAIL : -ENODEV;
}

static int set_ipv4(struct sw_socket *socket, int name, const void *value, socklen_t length) {
    struct sw_address group = {.family = AF_INET}, source = {.family = AF_INET};
    unsigned index = 0;
    switch (name) {
    case IP_MULTICAST_IF:
        return set_interface4(socket, value, length);
    case IP_ADD_MEMBERSHIP:
    case IP_DROP_MEMBERSHIP: {
        struct ip_mreqn request = {0};
        if (length < sizeof(struct ip_mreq))
            return -EINVAL;
        if (value == NULL)
            return -EFAULT;
        memcpy(&request, value, length < sizeof request ? sizeof(struct ip_mreq) : sizeof request);
        memcpy(group.bytes, &request.imr_multiaddr, 4);
        index = (unsigned)request.imr_ifindex;
        if (name == IP_DROP_MEMBERSHIP && !sw_address_is_multicast(&group))
            return leave_no_group(&group, index != 0 || request.imr_address.s_addr != INADDR_ANY);
        if (index == 0) {
            struct sw_address interface = {.family = AF_INET};
            memcpy(interface.bytes, &request.imr_address, 4);
            int result = sw_group_interface(socket, &group, &interface, &index);
            if (result < 0)
                return name == IP_DROP_MEMBERSHIP ? -EADDRNOTAVAIL : result;
        }
        return name == IP_ADD_MEMBERSHIP ? sw_groups_join(socket, &group, index) : sw_groups_leave(socket, &group, index);
    }
    case IP_ADD_SOURCE_MEMBERSHIP:
    case IP_DROP_SOURCE_MEMBERSHIP:
    case IP_BLOCK_SOURCE:
    case IP_UNBLOCK_SOURCE: {
        struct ip_mreq_source request;
        if (length != sizeof request)
            return -EINVAL;
        if (value == NULL)
            return -EFAULT;
        memcpy(&request, value, sizeof request);
        memcpy(group.bytes, &request.imr_multiaddr, 4);
        memcpy(source.bytes, &request.imr_sourceaddr, 4);
        int same = name == IP_ADD_SOURCE_MEMBERSHIP    ? MCAST_JOIN_SOURCE_GROUP
                   : name == IP_DROP_SOURCE_MEMBERSHIP ? MCAST_LEAVE_SOURCE_GROUP
                   : name == IP_BLOCK_SOURCE           ? MCAST_BLOCK_SOURCE
                                                       : MCAST_UNBLOCK_SOURCE;
        struct sw_address interface = {.family = AF_INET};
        memcpy(interface.bytes, &request.imr_interface, 4);
        int result = sw_group_interface(socket, &group, &interface, &index);
        return result < 0 ? result : sw_groups_change_sender(socket, same, &group, &source, index);
    }
    default:
        return -ENOPROTOOPT;
    }
}

static int set_ipv6(struct sw_socket *socket, int name, const void *value, socklen_t length) {
    struct sw_address group = {.family = AF_INET6};
    if (name == IPV6_MULTICAST_IF) {
        int index, result = sw_take_int(IPPROTO_IPV6, value, length, &index);
        if (result < 0)
            return result;
        if (socket->record->type == SOCK_STREAM)
            return -ENOPROTOOPT;
        if (index < 0 || index > SW_INTERFACE_COUNT)
            return -ENODEV;
        sw_options_of(socket->record)->multicast_if6 = index;
        return 0;
    }
    if (name != IPV6_ADD_MEMBERSHIP && name != IPV6_DROP_MEMBERSHIP)
        return -ENOPROTOOPT;
    struct ipv6_mreq request;
    if (length < sizeof request)
        return -EINVAL;
    if (value == NULL)
        return -EFAULT;
    memcpy(&request, value, sizeof request);
    memcpy(group.bytes, &request.ipv6mr_multiaddr, 16);
    return name == IPV6_ADD_MEMBERSHIP ? sw_groups_join(socket, &group, request.ipv6mr_interface) : sw_groups_leave(socket, &group, request.ipv6mr_interface);
}

/* RFC 3678: struct group_req and struct group_source_req, for both families. */
static int set_protocol_independent(struct sw_socket *socket, int level, int name, const void *value, socklen_t length) {
    int family = level == IPPROTO_IP ? AF_INET : AF_INET6;
    bool with_source = name != MCAST_JOIN_GROUP && name != MCAST_LEAVE_GROUP;
    struct group_source_req request = {0};
    if (length < (with_source ? sizeof request : sizeof(struct group_req)))
        return -EINVAL;
    /* do_mcast_group_source() of IPv4 alone asks for exactly this length. */
    if (with_source && family == AF_INET && length != sizeof request)
        return -EINVAL;
    if (value == NULL)
        return -EFAULT;
    memcpy(&request, value, with_source ? sizeof request : sizeof(struct group_req));
    struct sw_address group, source;
    if (sw_address_read(family, (struct sockaddr *)&request.gsr_group, sizeof request.gsr_group, &group) < 0)
        return family == AF_INET && !with_source ? -EINVAL : -EADDRNOTAVAIL;
    if (with_source && sw_address_read(family, (struct sockaddr *)&request.gsr_source, sizeof request.gsr_source, &source) < 0)
        return -EADDRNOTAVAIL;
    group.port = 0;
    if (with_source)
        return sw_groups_change_sender(socket, name, &group, &source, request.gsr_interface);
    return name == MCAST_JOIN_GROUP ? sw_groups_join(socket, &group, request.gsr_interface) : sw_groups_leave(socket, &group, request.gsr_interface);
}

int sw_group_option_set(struct sw_socket *socket, int level, int name, const void *value, socklen_t length) {
    if (name >= MCAST_JOIN_GROUP && name <= MCAST_LEAVE_SOURCE_GROUP)
        return set_protocol_independent(socket, level, name, value, length);
    return level == IPPROTO_IP ? set_ipv4(socket, name, value, length) : set_ipv6(socket, name, value, length);
}

