#include "sockets/control.h"

#include "base/real.h"
#include "names/interfaces.h"
#include "sockets/option_table.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>

enum { UDP_SEGMENT_OPTION = 103 };

bool sw_control_may_broadcast(const struct sw_socket *socket) {
    int on = 0;
    socklen_t length = sizeof on;
    return sw_real.getsockopt(socket->fd, SOL_SOCKET, SO_BROADCAST, &on, &length) == 0 && on != 0;
}

/* IP_PKTINFO: the interface, and the address to send from. */
static int read_source4(const struct cmsghdr *header, struct sw_control *control) {
    struct in_pktinfo info;
    memcpy(&info, CMSG_DATA(header), sizeof info);
    if (info.ipi_ifindex < 0 || info.ipi_ifindex > SW_INTERFACE_COUNT)
        return -ENODEV;
    if (info.ipi_spec_dst.s_addr != 0) {
        control->source = (struct sw_address){.family = AF_INET};
        memcpy(control->source.bytes, &info.ipi_spec_dst, sizeof info.ipi_spec_dst);
    }
    return 0;
}

/* IPV6_PKTINFO where the datagram goes over IPv4. */
static int read_mapped_source(const struct cmsghdr *header, size_t size, struct sw_control *control) {
    struct in6_pktinfo info;
    if (size < sizeof info)
        return -EINVAL;
    memcpy(&info, CMSG_DATA(header), sizeof info);
    if (!IN6_IS_ADDR_V4MAPPED(&info.ipi6_addr))
        return -EINVAL;
    if (info.ipi6_ifindex > SW_INTERFACE_COUNT)
        return -ENODEV;
    control->source = (struct sw_address){.family = AF_INET};
    memcpy(control->source.bytes, info.ipi6_addr.s6_addr + 12, 4);
    return 0;
}

static int read_ipv4(const struct cmsghdr *header, size_t size, struct sw_control *control) {
    int value;
    switch (header->cmsg_type) {
    case IP_RETOPTS:
        return size > 40 ? -EINVAL : 0;
    case IP_PKTINFO:
        if (size != sizeof(struct in_pktinfo))
            return -EINVAL;
        return read_source4(header, control);
    case IP_TTL:
        if (size != sizeof value)
            return -EINVAL;
        memcpy(&value, CMSG_DATA(header), sizeof value);
        if (value < 1 || value > 255)
            return -EINVAL;
        control->ttl = (uint8_t)value;
        return 0;
    case IP_TOS:
        if (size == sizeof value)
            memcpy(&value, CMSG_DATA(header), sizeof value);
        else if (size == 1)
            value = *CMSG_DATA(header);
        else
            return -EINVAL;
        if (value < 0 || value > 255)
            return -EINVAL;
        control->tos = (uint8_t)value;
        return 0;
    default:
        return -EINVAL;
    }
}

static int read_ipv6(const struct cmsghdr *header, size_t size, struct sw_control *control) {
    int value;
    switch (header->cmsg_type) {
    case IPV6_PKTINFO: {
        if (size < sizeof(struct in6_pktinfo))
            return -EINVAL;
        struct in6_pktinfo info;
        memcpy(&info, CMSG_DATA(header), sizeof info);
        if (info.ipi6_ifindex > SW_INTERFACE_COUNT)
            return -ENODEV;
        if (!IN6_IS_ADDR_UNSPECIFIED(&info.ipi6_addr)) {
            control->source = (struct sw_address){.family = AF_INET6};
            memcpy(control->source.bytes, &info.ipi6_addr, sizeof info.ipi6_addr);
        }
        return 0;
    }
    case IPV6_HOPLIMIT:
    case IPV6_TCLASS:
        if (size != sizeof value)
            return -EINVAL;
        memcpy(&value, CMSG_DATA(header), sizeof value);
        if (value < -1 || value > 255)
            return -EINVAL;
        if (value >= 0)
            *(header->cmsg_type == IPV6_TCLASS ? &control->tos : &control->ttl) = (uint8_t)value;
        return 0;
    case IPV6_DONTFRAG:
        return size != sizeof value ? -EINVAL : 0;
    case IPV6_HOPOPTS:
    case IPV6_DSTOPTS:
    case IPV6_RTHDR:
    case IPV6_RTHDRDSTOPTS:
        return -EPERM;
    default:
        return -EINVAL;
    }
}

int sw_control_next(const struct msghdr *message, struct cmsghdr **header) {
    if (message->msg_control == NULL)
        return 0;
    const size_t length = message->msg_controllen;
    size_t at = 0;
    if (*header != NULL)
        at = (size_t)((char *)*header - (char *)message->msg_control) + CMSG_ALIGN((*header)->cmsg_len);
    if (at > length || length - at < sizeof(struct cmsghdr))
        return 0;
    *header = (struct cmsghdr *)((char *)message->msg_control + at);
    return (*header)->cmsg_len < CMSG_LEN(0) || (*header)->cmsg_len > length - at ? -EINVAL : 1;
}

int sw_control_read(const struct sw_socket *socket, const struct sw_site *target, const struct msghdr *message, struct sw_control *control) {
    struct sw_told told = sw_control_told(socket->record, target);
    *control = (struct sw_control){.segment = sw_options_of(socket->record)->segment, .ttl = told.ttl, .tos = told.tos};
    struct cmsghdr *header = NULL;
    int found;
    bool ipv4 = target->wire_family == 4;
    while ((found = sw_control_next(message, &header)) > 0) {
        size_t size = header->cmsg_len - CMSG_LEN(0);
        int result = 0;
        if (header->cmsg_level == IPPROTO_IP && ipv4)
            result = read_ipv4(header, size, control);
        else if (header->cmsg_level == IPPROTO_IPV6 && !ipv4)
            result = read_ipv6(header, size, control);
        else if (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_PKTINFO && socket->record->family == AF_INET6)
            result = read_mapped_source(header, size, control);
        else if (header->cmsg_level == IPPROTO_UDP) {
            uint16_t wanted;
            if (header->cmsg_type != UDP_SEGMENT_OPTION || size != sizeof wanted)
                return -EINVAL;
            memcpy(&wanted, CMSG_DATA(header), sizeof wanted);
            control->segment = wanted;
        }
        if (result < 0)
            return result;
    }
    return found;
}

void sw_control_put(struct msghdr *message, size_t room, int level, int type, const void *data, size_t size) {
    size_t used = message->msg_controllen;
    if (message->msg_control == NULL || room - used < sizeof(struct cmsghdr)) {
        message->msg_flags |= MSG_CTRUNC;
        return;
    }
    struct cmsghdr *header = (struct cmsghdr *)((char *)message->msg_control + used);
    size_t length = CMSG_LEN(size);
    if (length > room - used) {
        message->msg_flags |= MSG_CTRUNC;
        length = room - used;
    }
    header->cmsg_level = level;
    header->cmsg_type = type;
    header->cmsg_len = length;
    memcpy(CMSG_DATA(header), data, length - CMSG_LEN(0));
    size_t space = CMSG_SPACE(size);
    message->msg_controllen = used + (space > room - used ? room - used : space);
}

static void add_ipv4(const struct sw_socket *socket, struct msghdr *message, size_t room, const struct sw_address *own, unsigned index,
                     const struct sw_control *sent) {
    const struct sw_record *record = socket->record;
    if (sw_options_switch(record, SW_SWITCH_IP_PKTINFO)) {
        struct in_pktinfo info = {.ipi_ifindex = (int)index};
        memcpy(&info.ipi_addr, own->family == AF_INET ? own->bytes : own->bytes + 12, 4);
        info.ipi_spec_dst = info.ipi_addr;
        sw_control_put(message, room, IPPROTO_IP, IP_PKTINFO, &info, sizeof info);
    }
    if (sw_options_switch(record, SW_SWITCH_IP_RECVTTL))
        sw_control_put(message, room, IPPROTO_IP, IP_TTL, &(int){sent->ttl}, sizeof(int));
    if (sw_options_switch(record, SW_SWITCH_IP_RECVTOS))
        sw_control_put(message, room, IPPROTO_IP, IP_TOS, &sent->tos, 1);
    if (sw_options_switch(record, SW_SWITCH_IP_RECVORIGDSTADDR)) {
        struct sockaddr_in original;
        socklen_t length = sizeof original;
        struct sw_address to = *own;
        to.port = record->name_port;
        sw_address_write(&to, AF_INET, (struct sockaddr *)&original, &length);
        sw_control_put(message, room, IPPROTO_IP, IP_ORIGDSTADDR, &original, sizeof original);
    }
}

static void add_ipv6(const struct sw_socket *socket, struct msghdr *message, size_t room, const struct sw_address *own, unsigned index,
                     const struct sw_control *sent) {
    const struct sw_record *record = socket->record;
    struct in6_pktinfo info = {.ipi6_ifindex = index};
    memcpy(&info.ipi6_addr, own->bytes, 16);
    if (sw_options_switch(record, SW_SWITCH_IPV6_RECVPKTINFO))
        sw_control_put(message, room, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
    /* Of an IPv4 packet there is nothing more to say at this level, but at IPv4's. */
    if (sw_address_is_mapped(own)) {
        add_ipv4(socket, message, room, own, index, sent);
        return;
    }
    if (sw_options_switch(record, SW_SWITCH_IPV6_RECVHOPLIMIT))
        sw_control_put(message, room, IPPROTO_IPV6, IPV6_HOPLIMIT, &(int){sent->ttl}, sizeof(int));
    if (sw_options_switch(record, SW_SWITCH_IPV6_RECVTCLASS))
        sw_control_put(message, room, IPPROTO_IPV6, IPV6_TCLASS, &(int){sent->tos}, sizeof(int));
    /* The label in it is 0, as in the capture. Of 0 as a whole the kernel says nothing. */
    if (sw_options_switch(record, SW_SWITCH_IPV6_FLOWINFO) && sent->tos != 0)
        sw_control_put(message, room, IPPROTO_IPV6, OPT_IPV6_FLOWINFO, &(uint32_t){htonl((uint32_t)sent->tos << 20)}, sizeof(uint32_t));
    if (sw_options_switch(record, SW_SWITCH_IPV6_2292PKTINFO))
        sw_control_put(message, room, IPPROTO_IPV6, OPT_IPV6_2292PKTINFO, &info, sizeof info);
    if (sw_options_switch(record, SW_SWITCH_IPV6_2292HOPLIMIT))
        sw_control_put(message, room, IPPROTO_IPV6, OPT_IPV6_2292HOPLIMIT, &(int){sent->ttl}, sizeof(int));
    if (sw_options_switch(record, SW_SWITCH_IPV6_RECVORIGDSTADDR)) {
        struct sockaddr_in6 original;
        socklen_t length = sizeof original;
        struct sw_address to = *own;
        to.port = record->name_port;
        sw_address_write(&to, AF_INET6, (struct sockaddr *)&original, &length);
        sw_control_put(message, room, IPPROTO_IPV6, OPT_IPV6_RECVORIGDSTADDR, &original, sizeof original);
    }
}

void sw_control_add(const struct sw_socket *socket, struct msghdr *message, size_t room, const struct sw_received *received) {
    if (!sw_control_is_asked_for(socket->record))
        return;
    /* The address it was sent to: the own one that a sender there would be answered from. */
    struct sw_site origin = sw_address_site(socket->network, socket->record->interface, received->from);
    struct sw_address own = socket->record->local;
    if (received->destination != NULL) {
        own = *received->destination;
    } else if (sw_address_is_wildcard(&own)) {
        struct sw_site site = origin;
        site.scope = origin.scope == SW_SCOPE_LOOPBACK ? SW_SCOPE_LOOPBACK : SW_SCOPE_HOST;
        site.interface = socket->record->interface;
        site.loopback_address = 0;
        own = sw_address_of_site(socket->network, &site, 0, socket->record->family);
    }
    bool loopback = origin.scope == SW_SCOPE_LOOPBACK || origin.interface == socket->record->interface;
    unsigned index = loopback ? SW_LO : SW_ETH0;
    struct sw_control sent = {.ttl = received->ttl != 0 ? received->ttl : 64, .tos = received->tos};
    if (socket->record->family == AF_INET)
        add_ipv4(socket, message, room, &own, index, &sent);
    else
        add_ipv6(socket, message, room, &own, index, &sent);
}
