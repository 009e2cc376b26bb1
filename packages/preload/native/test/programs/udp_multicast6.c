/* udp_multicast6.c: IPv6 groups on the loopback interface. */
#include "harness.h"
#include <net/if.h>

static const char group_ip[] = "ff12::1234";

static int receiver(void) {
    int fd = (int)MUST(socket(AF_INET6, SOCK_DGRAM, 0));
    MUST(set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1));
    CALL(bind(fd, AT6("::", 7000)));
    return fd;
}

int main(void) {
    struct ipv6_mreq group = {.ipv6mr_interface = if_nametoindex("lo")};
    inet_pton(AF_INET6, group_ip, &group.ipv6mr_multiaddr);
    int first = receiver();
    int second = receiver();
    int sender = udp_on(AF_INET6, 7001);
    OPTION(sender, IPPROTO_IPV6, IPV6_MULTICAST_LOOP);
    OPTION(sender, IPPROTO_IPV6, IPV6_MULTICAST_HOPS);
    OPTION(sender, IPPROTO_IPV6, IPV6_MULTICAST_IF);
    CALL(set_int(sender, IPPROTO_IPV6, IPV6_MULTICAST_IF, (int)group.ipv6mr_interface));
    OPTION(sender, IPPROTO_IPV6, IPV6_MULTICAST_IF);

    CALL(setsockopt(first, IPPROTO_IPV6, IPV6_JOIN_GROUP, &group, sizeof group));
    CALL(setsockopt(first, IPPROTO_IPV6, IPV6_JOIN_GROUP, &group, sizeof group));
    CALL(setsockopt(second, IPPROTO_IPV6, IPV6_JOIN_GROUP, &group, sizeof group));
    CALL(sendto(sender, "to the group", 12, 0, AT6(group_ip, 7000)));
    settle(first, POLLIN);
    RECVFROM(first, 100, MSG_DONTWAIT);
    RECVFROM(second, 100, MSG_DONTWAIT);

    say("leave");
    CALL(setsockopt(first, IPPROTO_IPV6, IPV6_LEAVE_GROUP, &group, sizeof group));
    CALL(setsockopt(first, IPPROTO_IPV6, IPV6_LEAVE_GROUP, &group, sizeof group));
    CALL(sendto(sender, "to the rest", 11, 0, AT6(group_ip, 7000)));
    settle(second, POLLIN);
    RECVFROM(second, 100, MSG_DONTWAIT);
    CALL(close(second));
    CALL(sendto(sender, "to nobody", 9, 0, AT6(group_ip, 7000)));

    say("mistakes");
    inet_pton(AF_INET6, "::1", &group.ipv6mr_multiaddr);
    CALL(setsockopt(first, IPPROTO_IPV6, IPV6_JOIN_GROUP, &group, sizeof group));
    inet_pton(AF_INET6, group_ip, &group.ipv6mr_multiaddr);
    group.ipv6mr_interface = 4711;
    CALL(setsockopt(first, IPPROTO_IPV6, IPV6_JOIN_GROUP, &group, sizeof group));
    CALL(setsockopt(first, IPPROTO_IPV6, IPV6_JOIN_GROUP, &group, 4));
    CALL(set_int(sender, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 300));
    CALL(set_int(sender, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 7));
    OPTION(sender, IPPROTO_IPV6, IPV6_MULTICAST_HOPS);
}
