/* udp_hop_limits.c: which hop limit and class a datagram carries: those of IPv4's options or of IPv6's, of groups or not. */
#include "show_control.h"

enum { PORT = 7000 };

static void ask_for_ipv4(int fd) {
    MUST(set_int(fd, IPPROTO_IP, IP_RECVTTL, 1));
    MUST(set_int(fd, IPPROTO_IP, IP_RECVTOS, 1));
}

static void ask_for_ipv6(int fd) {
    MUST(set_int(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1));
    MUST(set_int(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, 1));
}

static int receiver_on(int family, const char *ip) {
    int fd = (int)MUST(socket(family, SOCK_DGRAM, 0));
    if (family == AF_INET) {
        MUST(bind(fd, AT4(ip, PORT)));
        ask_for_ipv4(fd);
    } else {
        MUST(bind(fd, AT6(ip, PORT)));
        ask_for_ipv4(fd);
        ask_for_ipv6(fd);
    }
    return fd;
}

static void set_all(int fd) {
    MUST(set_int(fd, IPPROTO_IP, IP_TTL, 11));
    MUST(set_int(fd, IPPROTO_IP, IP_TOS, 0x10));
    MUST(set_int(fd, IPPROTO_IP, IP_MULTICAST_TTL, 3));
    MUST(set_int(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 22));
    MUST(set_int(fd, IPPROTO_IPV6, IPV6_TCLASS, 0x20));
    MUST(set_int(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 4));
}

static void show_plain(int receiver, const char *where) {
    int sender = (int)MUST(socket(AF_INET6, SOCK_DGRAM, 0));
    say("of a socket that has set nothing");
    CALL(sendto(sender, "defaults", 8, 0, AT6(where, PORT)));
    show_message(receiver, 0, 256);
    say("of one that has set all");
    set_all(sender);
    CALL(sendto(sender, "set", 3, 0, AT6(where, PORT)));
    show_message(receiver, 0, 256);
    say("connected");
    CALL(connect(sender, AT6(where, PORT)));
    CALL(send(sender, "connected", 9, 0));
    show_message(receiver, 0, 256);
    say("set back");
    CALL(set_int(sender, IPPROTO_IP, IP_TTL, -1));
    CALL(set_int(sender, IPPROTO_IPV6, IPV6_UNICAST_HOPS, -1));
    CALL(set_int(sender, IPPROTO_IPV6, IPV6_TCLASS, -1));
    CALL(send(sender, "back", 4, 0));
    show_message(receiver, 0, 256);
    MUST(close(sender));
}

/* With one control message, of either family's level. */
static void send_with(int receiver, const char *where, int level, int type, const void *data, size_t size, const char *text) {
    union {
        char room[256];
        struct cmsghdr align;
    } control = {.room = {0}};
    int sender = (int)MUST(socket(AF_INET6, SOCK_DGRAM, 0));
    set_all(sender);
    struct iovec part = {(char *)text, strlen(text)};
    struct sockaddr_in6 to = *(const struct sockaddr_in6 *)address6(where, PORT);
    struct msghdr message = {.msg_name = &to, .msg_namelen = sizeof to, .msg_iov = &part, .msg_iovlen = 1,
                             .msg_control = control.room, .msg_controllen = CMSG_SPACE(size)};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = level;
    header->cmsg_type = type;
    header->cmsg_len = CMSG_LEN(size);
    memcpy(CMSG_DATA(header), data, size);
    ssize_t sent = sendmsg(sender, &message, 0);
    say("to %s with %s = %zd %s", where, text, sent, sent == -1 ? error_name(errno) : "");
    if (sent >= 0)
        show_message(receiver, 0, 256);
    MUST(close(sender));
}

static void show_controls(int receiver, const char *where) {
    int value = 7, none = -1, large = 256;
    struct in_pktinfo info4 = {.ipi_spec_dst.s_addr = htonl(INADDR_LOOPBACK)};
    struct in6_pktinfo plain = {.ipi6_addr = IN6ADDR_LOOPBACK_INIT}, mapped = {.ipi6_ifindex = 0}, nothing = {.ipi6_ifindex = 0};
    inet_pton(AF_INET6, "::ffff:127.0.0.1", &mapped.ipi6_addr);
    send_with(receiver, where, IPPROTO_IP, IP_TTL, &value, sizeof value, "IP_TTL");
    send_with(receiver, where, IPPROTO_IP, IP_TTL, &large, sizeof large, "IP_TTL of 256");
    send_with(receiver, where, IPPROTO_IP, IP_TOS, &value, sizeof value, "IP_TOS");
    send_with(receiver, where, IPPROTO_IPV6, IPV6_HOPLIMIT, &value, sizeof value, "IPV6_HOPLIMIT");
    send_with(receiver, where, IPPROTO_IPV6, IPV6_HOPLIMIT, &none, sizeof none, "IPV6_HOPLIMIT of -1");
    send_with(receiver, where, IPPROTO_IPV6, IPV6_HOPLIMIT, &large, sizeof large, "IPV6_HOPLIMIT of 256");
    send_with(receiver, where, IPPROTO_IPV6, IPV6_TCLASS, &value, sizeof value, "IPV6_TCLASS");
    send_with(receiver, where, IPPROTO_IPV6, 250, &value, sizeof value, "an unknown type of IPv6");
    send_with(receiver, where, IPPROTO_IP, 250, &value, sizeof value, "an unknown type of IPv4");
    send_with(receiver, where, IPPROTO_IP, IP_PKTINFO, &info4, sizeof info4, "IP_PKTINFO");
    send_with(receiver, where, IPPROTO_IPV6, IPV6_PKTINFO, &plain, sizeof plain, "IPV6_PKTINFO");
    send_with(receiver, where, IPPROTO_IPV6, IPV6_PKTINFO, &mapped, sizeof mapped, "IPV6_PKTINFO, mapped");
    send_with(receiver, where, IPPROTO_IPV6, IPV6_PKTINFO, &nothing, sizeof nothing, "IPV6_PKTINFO of nothing");
}

static void show_groups(void) {
    struct ip_mreq group4 = {.imr_multiaddr.s_addr = inet_addr("239.1.2.3"), .imr_interface.s_addr = htonl(INADDR_LOOPBACK)};
    struct ipv6_mreq group6 = {.ipv6mr_interface = 1};
    inet_pton(AF_INET6, "ff15::1", &group6.ipv6mr_multiaddr);
    say("to groups");
    int four = receiver_on(AF_INET, "0.0.0.0");
    MUST(setsockopt(four, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group4, sizeof group4));
    int sender = udp_on(AF_INET, 7001);
    MUST(setsockopt(sender, IPPROTO_IP, IP_MULTICAST_IF, &group4.imr_interface, sizeof group4.imr_interface));
    MUST(set_int(sender, IPPROTO_IP, IP_TTL, 11));
    CALL(sendto(sender, "one hop", 7, 0, AT4("239.1.2.3", PORT)));
    show_message(four, 0, 256);
    MUST(set_int(sender, IPPROTO_IP, IP_MULTICAST_TTL, 3));
    CALL(sendto(sender, "three", 5, 0, AT4("239.1.2.3", PORT)));
    show_message(four, 0, 256);
    CALL(sendto(sender, "to one host", 11, 0, AT4("127.0.0.1", PORT)));
    show_message(four, 0, 256);
    MUST(close(four));
    MUST(close(sender));

    int six = receiver_on(AF_INET6, "::");
    MUST(setsockopt(six, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, &group6, sizeof group6));
    sender = (int)MUST(socket(AF_INET6, SOCK_DGRAM, 0));
    MUST(bind(sender, AT6("::1", 7001)));
    MUST(set_int(sender, IPPROTO_IPV6, IPV6_MULTICAST_IF, 1));
    MUST(set_int(sender, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 22));
    CALL(sendto(sender, "one hop", 7, 0, AT6("ff15::1", PORT)));
    show_message(six, 0, 256);
    MUST(set_int(sender, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 4));
    CALL(sendto(sender, "four", 4, 0, AT6("ff15::1", PORT)));
    show_message(six, 0, 256);
    MUST(set_int(sender, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, -1));
    CALL(sendto(sender, "one", 3, 0, AT6("ff15::1", PORT)));
    show_message(six, 0, 256);
    MUST(close(six));
    MUST(close(sender));
}

int main(void) {
    say("to an IPv4 socket");
    int receiver = receiver_on(AF_INET, "127.0.0.1");
    show_plain(receiver, "::ffff:127.0.0.1");
    show_controls(receiver, "::ffff:127.0.0.1");
    MUST(close(receiver));
    say("to a socket of both families, over IPv4");
    receiver = receiver_on(AF_INET6, "::");
    show_plain(receiver, "::ffff:127.0.0.1");
    show_controls(receiver, "::ffff:127.0.0.1");
    say("and over IPv6");
    show_plain(receiver, "::1");
    show_controls(receiver, "::1");
    MUST(close(receiver));
    show_groups();
}
