/* show_control.h: receives a message and prints its control messages. */
#ifndef SHOW_CONTROL_H
#define SHOW_CONTROL_H

#include "harness.h"

/* Of <linux/in6.h>, which does not go with the C library's headers. */
enum { SHOWN_IPV6_FLOWINFO = 11, SHOWN_IPV6_ORIGDSTADDR = 74 };

static const char *control_name(const struct cmsghdr *header) {
    static const struct {
        int level;
        int type;
        const char *name;
    } names[] = {
        {IPPROTO_IP, IP_PKTINFO, "IP_PKTINFO"},         {IPPROTO_IP, IP_TTL, "IP_TTL"},
        {IPPROTO_IP, IP_TOS, "IP_TOS"},                 {IPPROTO_IP, IP_RECVORIGDSTADDR, "IP_ORIGDSTADDR"},
        {IPPROTO_IPV6, IPV6_PKTINFO, "IPV6_PKTINFO"},   {IPPROTO_IPV6, IPV6_HOPLIMIT, "IPV6_HOPLIMIT"},
        {IPPROTO_IPV6, IPV6_TCLASS, "IPV6_TCLASS"},     {SOL_SOCKET, SCM_TIMESTAMP, "SCM_TIMESTAMP"},
        {SOL_SOCKET, SCM_TIMESTAMPNS, "SCM_TIMESTAMPNS"}, {IPPROTO_IP, IP_RECVERR, "IP_RECVERR"},
        {IPPROTO_IPV6, IPV6_RECVERR, "IPV6_RECVERR"},   {IPPROTO_IPV6, IPV6_2292PKTINFO, "IPV6_2292PKTINFO"},
        {IPPROTO_IPV6, IPV6_2292HOPLIMIT, "IPV6_2292HOPLIMIT"},
        {IPPROTO_IPV6, SHOWN_IPV6_FLOWINFO, "IPV6_FLOWINFO"}, {IPPROTO_IPV6, SHOWN_IPV6_ORIGDSTADDR, "IPV6_ORIGDSTADDR"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].level == header->cmsg_level && names[i].type == header->cmsg_type)
            return names[i].name;
    return "?";
}

static void show_one(const struct cmsghdr *header) {
    size_t length = header->cmsg_len - CMSG_LEN(0);
    char ip[INET6_ADDRSTRLEN];
    char other[INET6_ADDRSTRLEN];
    const char *name = control_name(header);
    if (strcmp(name, "IP_PKTINFO") == 0 && length == sizeof(struct in_pktinfo)) {
        const struct in_pktinfo *info = (const struct in_pktinfo *)CMSG_DATA(header);
        say("  %s, %zu bytes: interface %d, local %s, destination %s", name, length, info->ipi_ifindex,
            inet_ntop(AF_INET, &info->ipi_spec_dst, ip, sizeof ip),
            inet_ntop(AF_INET, &info->ipi_addr, other, sizeof other));
    } else if ((strcmp(name, "IPV6_PKTINFO") == 0 || strcmp(name, "IPV6_2292PKTINFO") == 0) && length == sizeof(struct in6_pktinfo)) {
        const struct in6_pktinfo *info = (const struct in6_pktinfo *)CMSG_DATA(header);
        say("  %s, %zu bytes: interface %d, destination %s", name, length, (int)info->ipi6_ifindex,
            inet_ntop(AF_INET6, &info->ipi6_addr, ip, sizeof ip));
    } else if (strcmp(name, "IPV6_ORIGDSTADDR") == 0 && length == sizeof(struct sockaddr_in6)) {
        struct sockaddr_storage original = {0};
        memcpy(&original, CMSG_DATA(header), length);
        say("  %s, %zu bytes: %s", name, length, address_text(&original, (socklen_t)length));
    } else if (strcmp(name, "IPV6_FLOWINFO") == 0 && length == sizeof(uint32_t)) {
        /* The label behind the traffic class is drawn by lot. */
        uint32_t info;
        memcpy(&info, CMSG_DATA(header), sizeof info);
        say("  %s, %zu bytes: traffic class %#x", name, length, ntohl(info) >> 20);
    } else if (strncmp(name, "SCM_TIMESTAMP", 13) == 0) {
        const struct timeval *time = (const struct timeval *)CMSG_DATA(header);
        say("  %s, %zu bytes, of this century: %d", name, length, time->tv_sec > 946684800);
    } else if (length == 1) {
        say("  %s, 1 byte: %d", name, *CMSG_DATA(header));
    } else if (length == sizeof(int)) {
        int value;
        memcpy(&value, CMSG_DATA(header), sizeof value);
        say("  %s, an int: %d", name, value);
    } else {
        say("  %s (%d, %d), %zu bytes", name, header->cmsg_level, header->cmsg_type, length);
    }
}

/* With room for `control_room` bytes of control messages. */
static void show_message(int fd, int flags, size_t control_room) {
    char bytes[100];
    union {
        char room[256];
        struct cmsghdr align;
    } control;
    struct sockaddr_storage name;
    struct iovec part = {bytes, sizeof bytes};
    struct msghdr message = {.msg_name = &name,
                             .msg_namelen = sizeof name,
                             .msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.room,
                             .msg_controllen = control_room};
    ssize_t length = recvmsg(fd, &message, flags);
    show_bytes("recvmsg", bytes, length);
    if (length == -1)
        return;
    say("  from %s, control length %zu%s%s", address_text(&name, message.msg_namelen), (size_t)message.msg_controllen,
        (message.msg_flags & MSG_CTRUNC) != 0 ? ", MSG_CTRUNC" : "",
        (message.msg_flags & MSG_ERRQUEUE) != 0 ? ", MSG_ERRQUEUE" : "");
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header != NULL; header = CMSG_NXTHDR(&message, header))
        show_one(header);
}

#endif
