/* control_send.c: the control messages that a program sends along, read and checked in the kernel's order. */
#include "sockets/control.h"

#include "base/real.h"
#include "names/interfaces.h"
#include "sockets/option_table.h"
#include "sockets/options.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

enum {
    PROTOCOL = 52,     /* IP_PROTOCOL, which only raw sockets have a use for */
    TIMESTAMPING = 37, /* SO_TIMESTAMPING_OLD, which musl does not name */
    /* SOF_TIMESTAMPING_TX_RECORD_MASK: TX_HARDWARE, TX_SOFTWARE, TX_SCHED, TX_ACK, TX_COMPLETION */
    TIMESTAMPING_SENT = 1 << 0 | 1 << 1 | 1 << 8 | 1 << 9 | 1 << 18,
    MOST_PRIORITY = 6, /* TC_PRIO_INTERACTIVE, the last that takes no capability */
};

bool sw_control_may_broadcast(const struct sw_socket *socket) {
    int on = 0;
    socklen_t length = sizeof on;
    return sw_real.getsockopt(socket->fd, SOL_SOCKET, SO_BROADCAST, &on, &length) == 0 && on != 0;
}

/* Of a host's addresses, in the family that the datagram goes over. */
static bool is_own(const struct sw_socket *socket, const struct sw_address *address, uint8_t wire_family) {
    struct sw_site site = sw_address_site(socket->network, socket->record->interface, address);
    if (site.wire_family != wire_family)
        return false;
    return site.scope == SW_SCOPE_LOOPBACK || (site.scope == SW_SCOPE_HOST && site.interface == socket->record->interface);
}

/* CAP_NET_RAW or CAP_NET_ADMIN: who may give a socket the mark that it has. */
static bool may_mark(const struct sw_socket *socket) {
    int saved_errno = errno;
    uint32_t mark = 0;
    socklen_t length = sizeof mark;
    bool may = sw_real.getsockopt(socket->fd, SOL_SOCKET, SO_MARK, &mark, &length) == 0 &&
               sw_real.setsockopt(socket->fd, SOL_SOCKET, SO_MARK, &mark, sizeof mark) == 0;
    errno = saved_errno;
    return may;
}

/* __sock_cmsg_send() */
static int check_common(const struct sw_socket *socket, const struct cmsghdr *header, size_t size) {
    uint32_t value = 0;
    memcpy(&value, CMSG_DATA(header), size < sizeof value ? size : sizeof value);
    switch (header->cmsg_type) {
    case SCM_RIGHTS: /* Those of Unix sockets do not count. */
    case SCM_CREDENTIALS:
        return 0;
    case SO_MARK:
        if (!may_mark(socket))
            return -EPERM;
        return size != sizeof value ? -EINVAL : 0;
    case SO_PRIORITY:
        if (size != sizeof value)
            return -EINVAL;
        return value > MOST_PRIORITY && !may_mark(socket) ? -EPERM : 0;
    case TIMESTAMPING:
    case OPT_SO_TIMESTAMPING_NEW:
        return size != sizeof value || (value & ~(uint32_t)TIMESTAMPING_SENT) != 0 ? -EINVAL : 0;
    default:
        return -EINVAL;
    }
}

/* What datagrams over IPv4 are looked up with when all is read: the last address and interface count. */
struct way {
    struct sw_address source;
    unsigned interface;
};

static void read_source4(const struct cmsghdr *header, struct way *way) {
    struct in_pktinfo info;
    memcpy(&info, CMSG_DATA(header), sizeof info);
    if (info.ipi_ifindex != 0)
        way->interface = (unsigned)info.ipi_ifindex;
    way->source = (struct sw_address){.family = info.ipi_spec_dst.s_addr != 0 ? AF_INET : 0};
    memcpy(way->source.bytes, &info.ipi_spec_dst, sizeof info.ipi_spec_dst);
}

/* IPV6_PKTINFO where the datagram goes over IPv4. */
static int read_mapped_source(const struct cmsghdr *header, size_t size, struct way *way) {
    struct in6_pktinfo info;
    if (size < sizeof info)
        return -EINVAL;
    memcpy(&info, CMSG_DATA(header), sizeof info);
    if (!IN6_IS_ADDR_V4MAPPED(&info.ipi6_addr))
        return -EINVAL;
    if (info.ipi6_ifindex != 0)
        way->interface = info.ipi6_ifindex;
    static const uint8_t ANY[4];
    way->source = (struct sw_address){.family = memcmp(info.ipi6_addr.s6_addr + 12, ANY, sizeof ANY) != 0 ? AF_INET : 0};
    memcpy(way->source.bytes, info.ipi6_addr.s6_addr + 12, 4);
    return 0;
}

static int read_ipv4(const struct cmsghdr *header, size_t size, struct sw_control *control, struct way *way) {
    int value;
    switch (header->cmsg_type) {
    case IP_RETOPTS:
        return size > 40 ? -EINVAL : 0;
    case IP_PKTINFO:
        if (size != sizeof(struct in_pktinfo))
            return -EINVAL;
        read_source4(header, way);
        return 0;
    case IP_TTL:
        if (size != sizeof value)
            return -EINVAL;
        memcpy(&value, CMSG_DATA(header), sizeof value);
        if (value < 1 || value > 255)
            return -EINVAL;
        control->ttl = (uint8_t)value;
        return 0;
    case PROTOCOL:
        if (size != sizeof value)
            return -EINVAL;
        memcpy(&value, CMSG_DATA(header), sizeof value);
        return value < 1 || value > 255 ? -EINVAL : 0;
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

static int read_source6(const struct sw_socket *socket, const struct cmsghdr *header, size_t size, struct sw_control *control, struct way *way) {
    struct in6_pktinfo info;
    if (size < sizeof info)
        return -EINVAL;
    memcpy(&info, CMSG_DATA(header), sizeof info);
    if (info.ipi6_ifindex != 0 && way->interface != 0 && info.ipi6_ifindex != way->interface)
        return -EINVAL;
    if (info.ipi6_ifindex != 0)
        way->interface = info.ipi6_ifindex;
    if (way->interface > SW_INTERFACE_COUNT)
        return -ENODEV;
    if (IN6_IS_ADDR_UNSPECIFIED(&info.ipi6_addr))
        return 0;
    struct sw_address source = {.family = AF_INET6};
    memcpy(source.bytes, &info.ipi6_addr, sizeof info.ipi6_addr);
    if (!is_own(socket, &source, 6))
        return -EINVAL;
    control->source = source;
    return 0;
}

static int read_ipv6(const struct sw_socket *socket, const struct cmsghdr *header, size_t size, struct sw_control *control, struct way *way) {
    int value;
    switch (header->cmsg_type) {
    case IPV6_PKTINFO:
    case OPT_IPV6_2292PKTINFO:
        return read_source6(socket, header, size, control, way);
    case IPV6_HOPLIMIT:
    case OPT_IPV6_2292HOPLIMIT:
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
        if (size != sizeof value)
            return -EINVAL;
        memcpy(&value, CMSG_DATA(header), sizeof value);
        return value < 0 || value > 1 ? -EINVAL : 0;
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

/* udp_cmsg_send(): 1 where there are messages of other levels. */
static int read_udp(const struct msghdr *message, struct sw_control *control) {
    struct cmsghdr *header = NULL;
    int found, has_others = 0;
    while ((found = sw_control_next(message, &header)) > 0) {
        uint16_t wanted;
        if (header->cmsg_level != IPPROTO_UDP) {
            has_others = 1;
            continue;
        }
        if (header->cmsg_type != OPT_UDP_SEGMENT || header->cmsg_len != CMSG_LEN(sizeof wanted))
            return -EINVAL;
        memcpy(&wanted, CMSG_DATA(header), sizeof wanted);
        control->segment = wanted;
    }
    return found < 0 ? found : has_others;
}

/* ip_cmsg_send() and ip6_datagram_send_ctl(), each of which passes over the other's. */
static int read_others(const struct sw_socket *socket, const struct msghdr *message, bool ipv4, struct sw_control *control, struct way *way) {
    struct cmsghdr *header = NULL;
    int result = 0;
    while (result == 0 && sw_control_next(message, &header) > 0) {
        size_t size = header->cmsg_len - CMSG_LEN(0);
        if (header->cmsg_level == SOL_SOCKET)
            result = check_common(socket, header, size);
        else if (header->cmsg_level == IPPROTO_IP && ipv4)
            result = read_ipv4(header, size, control, way);
        else if (header->cmsg_level == IPPROTO_IPV6 && !ipv4)
            result = read_ipv6(socket, header, size, control, way);
        else if (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_PKTINFO && socket->record->family == AF_INET6)
            result = read_mapped_source(header, size, way);
    }
    return result;
}

int sw_control_read(const struct sw_socket *socket, const struct sw_site *target, const struct msghdr *message, struct sw_control *control) {
    bool ipv4 = target->wire_family == 4;
    struct way way = {.interface = 0};
    struct sw_told told = sw_control_told(socket->record, target);
    *control = (struct sw_control){.segment = sw_options_of(socket->record)->segment, .ttl = told.ttl, .tos = told.tos};
    int result = read_udp(message, control);
    if (result > 0)
        result = read_others(socket, message, ipv4, control, &way);
    if (result < 0 || !ipv4)
        return result;
    /* ip_route_output_key_hash_rcu() asks for the address first. */
    if (way.source.family != 0 && !is_own(socket, &way.source, 4))
        return -ENETUNREACH;
    if (way.interface > SW_INTERFACE_COUNT)
        return -ENODEV;
    control->source = way.source;
    return 0;
}

int sw_control_check_stream(const struct sw_socket *socket, const struct msghdr *message) {
    struct cmsghdr *header = NULL;
    int found, result = 0;
    while (result == 0 && (found = sw_control_next(message, &header)) != 0)
        if (found < 0)
            result = found;
        else if (header->cmsg_level == SOL_SOCKET)
            result = check_common(socket, header, header->cmsg_len - CMSG_LEN(0));
    return result;
}
