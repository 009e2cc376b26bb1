/* udp_connected_address.c: a socket on all addresses that connects is on one from then on: the others are free again, and it gets neither what is sent
 * to groups it has joined nor broadcasts, until it is disconnected. */
#include "harness.h"
#include <net/if.h>

enum { PORT = 7000, PEER = 7001 };

static int all_addresses(int family) {
    int fd = (int)MUST(socket(family, SOCK_DGRAM, 0));
    MUST(bind(fd, family == AF_INET ? address4("0.0.0.0", PORT) : address6("::", PORT), local_length(family)));
    return fd;
}

static void try_to_bind(const char *ip) {
    int family = strchr(ip, ':') == NULL ? AF_INET : AF_INET6;
    int fd = (int)MUST(socket(family, SOCK_DGRAM, 0));
    const struct sockaddr *address = family == AF_INET ? address4(ip, PORT) : address6(ip, PORT);
    say("%s:", ip);
    CALL(bind(fd, address, local_length(family)));
    MUST(close(fd));
}

static void try_all(void) {
    static const char *const IPS[] = {"127.0.0.1", "127.0.0.2", "0.0.0.0", "::1", "::"};
    for (size_t i = 0; i < sizeof IPS / sizeof *IPS; i++)
        try_to_bind(IPS[i]);
}

static void others_are_free(int family, const struct sockaddr *peer, socklen_t length) {
    say("-- connected to %s", address_text(peer, length));
    int fd = all_addresses(family);
    try_all();
    CALL(connect(fd, peer, length));
    NAMES(fd);
    try_all();
    CALL(connect(fd, &(struct sockaddr){.sa_family = AF_UNSPEC}, sizeof(struct sockaddr)));
    NAMES(fd);
    try_all();
    MUST(close(fd));
}

/* Each gets what is sent to its own address. */
static void side_by_side(void) {
    say("-- side by side");
    int peer4 = udp_on(AF_INET, PEER), peer6 = udp_on(AF_INET6, PEER);
    int first = all_addresses(AF_INET6);
    CALL(connect(first, LOCAL(AF_INET6, PEER)));
    int second = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    CALL(bind(second, AT4("127.0.0.1", PORT)));
    CALL(sendto(peer4, "four", 4, 0, LOCAL(AF_INET, PORT)));
    CALL(sendto(peer6, "six", 3, 0, LOCAL(AF_INET6, PORT)));
    settle(first, POLLIN);
    settle(second, POLLIN);
    RECVFROM(first, 10, MSG_DONTWAIT);
    RECVFROM(first, 10, MSG_DONTWAIT);
    RECVFROM(second, 10, MSG_DONTWAIT);
    RECVFROM(second, 10, MSG_DONTWAIT);
    CALL(close(first));
    CALL(sendto(peer4, "again", 5, 0, LOCAL(AF_INET, PORT)));
    settle(second, POLLIN);
    RECVFROM(second, 10, MSG_DONTWAIT);
    CALL(send(peer6, "nobody", 6, 0));
    MUST(close(second) | close(peer4) | close(peer6));
}

static void send_to_groups(int sender, int receiver, const char *group) {
    CALL(sendto(sender, "group", 5, 0, AT4(group, PORT)));
    CALL(sendto(sender, "all", 3, 0, AT4("127.255.255.255", PORT)));
    CALL(sendto(sender, "one", 3, 0, AT4("127.0.0.1", PORT)));
    settle(receiver, POLLIN);
    for (int i = 0; i < 4; i++)
        RECVFROM(receiver, 10, MSG_DONTWAIT);
}

static void groups(void) {
    static const char GROUP[] = "239.1.2.3";
    say("-- groups and broadcasts");
    struct ip_mreqn group = {.imr_ifindex = (int)if_nametoindex("lo")};
    inet_pton(AF_INET, GROUP, &group.imr_multiaddr);
    int sender = udp_on(AF_INET, PEER), receiver = all_addresses(AF_INET);
    MUST(setsockopt(sender, IPPROTO_IP, IP_MULTICAST_IF, &group, sizeof group));
    MUST(setsockopt(receiver, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group));
    MUST(set_int(sender, SOL_SOCKET, SO_BROADCAST, 1));
    send_to_groups(sender, receiver, GROUP);
    CALL(connect(receiver, LOCAL(AF_INET, PEER)));
    send_to_groups(sender, receiver, GROUP);
    CALL(connect(receiver, &(struct sockaddr){.sa_family = AF_UNSPEC}, sizeof(struct sockaddr)));
    send_to_groups(sender, receiver, GROUP);
}

int main(void) {
    others_are_free(AF_INET, LOCAL(AF_INET, PEER));
    others_are_free(AF_INET6, LOCAL(AF_INET6, PEER));
    others_are_free(AF_INET6, AT6("::ffff:127.0.0.1", PEER));
    side_by_side();
    groups();
}
