/* control.c: what comes with a received message; what goes along with a sent one is read in control_send.c. */
#include "sockets/control.h"

#include "base/clock.h"
#include "base/real.h"
#include "names/interfaces.h"
#include "sockets/option_table.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <time.h>

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

static bool is_on(int fd, int option) {
    int on = 0;
    socklen_t length = sizeof on;
    return sw_real.getsockopt(fd, SOL_SOCKET, option, &on, &length) == 0 && on != 0;
}

void sw_control_stamp(const struct sw_socket *socket, struct msghdr *message, size_t room) {
    int saved_errno = errno;
    struct timespec now = sw_clock(CLOCK_REALTIME);
    struct timeval rounded = {.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
    if (is_on(socket->fd, SO_TIMESTAMPNS))
        sw_control_put(message, room, SOL_SOCKET, SO_TIMESTAMPNS, &now, sizeof now);
    else if (is_on(socket->fd, OPT_SO_TIMESTAMPNS_NEW))
        sw_control_put(message, room, SOL_SOCKET, OPT_SO_TIMESTAMPNS_NEW, &now, sizeof now);
    else if (is_on(socket->fd, SO_TIMESTAMP))
        sw_control_put(message, room, SOL_SOCKET, SO_TIMESTAMP, &rounded, sizeof rounded);
    else if (is_on(socket->fd, OPT_SO_TIMESTAMP_NEW))
        sw_control_put(message, room, SOL_SOCKET, OPT_SO_TIMESTAMP_NEW, &rounded, sizeof rounded);
    errno = saved_errno;
}

void sw_control_dropped(const struct sw_socket *socket, struct msghdr *message, size_t room, uint32_t dropped) {
    int saved_errno = errno;
    if (dropped != 0 && is_on(socket->fd, SO_RXQ_OVFL))
        sw_control_put(message, room, SOL_SOCKET, SO_RXQ_OVFL, &dropped, sizeof dropped);
    errno = saved_errno;
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
    } else if (sw_address_is_wildcard(&own) || (received->from->port != 0 && sw_address_is_mapped(&own) != sw_address_is_mapped(received->from))) {
        /* It came before connect(2) chose an address of the other family. */
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
