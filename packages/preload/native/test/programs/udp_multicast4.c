/* udp_multicast4.c: IPv4 groups on the loopback interface. */
#include "harness.h"
#include <net/if.h>

static const char group_ip[] = "239.1.2.3";

static struct ip_mreqn group_on_loopback(void) {
    struct ip_mreqn group = {.imr_ifindex = (int)if_nametoindex("lo")};
    inet_pton(AF_INET, group_ip, &group.imr_multiaddr);
    return group;
}

static int receiver_on(const char *ip) {
    int fd = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    MUST(set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1));
    CALL(bind(fd, AT4(ip, 7000)));
    return fd;
}

int main(void) {
    struct ip_mreqn group = group_on_loopback();
    int wildcard = receiver_on("0.0.0.0");
    int exact = receiver_on(group_ip);
    int single = receiver_on("127.0.0.1");
    int sender = udp_on(AF_INET, 7001);
    OPTION(sender, IPPROTO_IP, IP_MULTICAST_LOOP);
    OPTION(sender, IPPROTO_IP, IP_MULTICAST_TTL);
    OPTION(sender, IPPROTO_IP, IP_MULTICAST_IF);
    OPTION(wildcard, IPPROTO_IP, IP_MULTICAST_ALL);
    CALL(setsockopt(sender, IPPROTO_IP, IP_MULTICAST_IF, &group, sizeof group));

    say("nobody has joined");
    CALL(sendto(sender, "early", 5, 0, AT4(group_ip, 7000)));
    RECV(wildcard, 10, MSG_DONTWAIT);

    say("join");
    CALL(setsockopt(wildcard, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group));
    CALL(setsockopt(wildcard, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group));
    CALL(setsockopt(exact, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group));
    CALL(sendto(sender, "to the group", 12, 0, AT4(group_ip, 7000)));
    settle(wildcard, POLLIN);
    RECVFROM(wildcard, 100, MSG_DONTWAIT);
    RECVFROM(exact, 100, MSG_DONTWAIT);
    RECVFROM(single, 100, MSG_DONTWAIT);
    RECV(wildcard, 100, MSG_DONTWAIT);

    say("IP_MULTICAST_LOOP");
    CALL(set_int(sender, IPPROTO_IP, IP_MULTICAST_LOOP, 0));
    OPTION(sender, IPPROTO_IP, IP_MULTICAST_LOOP);

    say("leave");
    CALL(set_int(sender, IPPROTO_IP, IP_MULTICAST_LOOP, 1));
    CALL(setsockopt(wildcard, IPPROTO_IP, IP_DROP_MEMBERSHIP, &group, sizeof group));
    CALL(setsockopt(wildcard, IPPROTO_IP, IP_DROP_MEMBERSHIP, &group, sizeof group));
    CALL(setsockopt(exact, IPPROTO_IP, IP_DROP_MEMBERSHIP, &group, sizeof group));
    CALL(sendto(sender, "late", 4, 0, AT4(group_ip, 7000)));
    RECV(wildcard, 10, MSG_DONTWAIT);
    RECV(exact, 10, MSG_DONTWAIT);

    say("mistakes");
    struct ip_mreq old = {.imr_interface.s_addr = htonl(INADDR_LOOPBACK)};
    CALL(setsockopt(wildcard, IPPROTO_IP, IP_ADD_MEMBERSHIP, &old, sizeof old));
    inet_pton(AF_INET, group_ip, &old.imr_multiaddr);
    CALL(setsockopt(wildcard, IPPROTO_IP, IP_ADD_MEMBERSHIP, &old, 4));
    CALL(setsockopt(wildcard, IPPROTO_IP, IP_ADD_MEMBERSHIP, &old, sizeof old));
    CALL(setsockopt(wildcard, IPPROTO_IP, IP_DROP_MEMBERSHIP, &old, sizeof old));
    CALL(set_int(sender, IPPROTO_IP, IP_MULTICAST_TTL, 300));
    CALL(set_int(sender, IPPROTO_IP, IP_MULTICAST_TTL, 7));
    OPTION(sender, IPPROTO_IP, IP_MULTICAST_TTL);
}
