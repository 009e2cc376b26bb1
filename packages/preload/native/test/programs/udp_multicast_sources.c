/* udp_multicast_sources.c: groups of chosen senders, and senders that are blocked: RFC 3678. */
#include "harness.h"

#include <net/if.h>

static const char *group_ip(int family) {
    return family == AF_INET ? "239.1.2.3" : "ff12::1234";
}

static const struct sockaddr *at(int family, const char *ip, int port) {
    return family == AF_INET ? address4(ip, port) : address6(ip, port);
}

/* One call of the protocol independent interface; `source` NULL for the group alone. */
static int change(int fd, int family, int name, const char *source) {
    struct group_source_req request;
    memset(&request, 0, sizeof request);
    request.gsr_interface = if_nametoindex("lo");
    memcpy(&request.gsr_group, at(family, group_ip(family), 0), local_length(family));
    int level = family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
    if (source == NULL) {
        struct group_req group;
        memset(&group, 0, sizeof group);
        group.gr_interface = request.gsr_interface;
        group.gr_group = request.gsr_group;
        return setsockopt(fd, level, name, &group, sizeof group);
    }
    memcpy(&request.gsr_source, at(family, source, 0), local_length(family));
    return setsockopt(fd, level, name, &request, sizeof request);
}

static int receiver, sender, current;

/* Whether a datagram to the group arrives; one to the socket alone, sent behind it, ends the wait. */
static void try_group(const char *text) {
    MUST(sendto(sender, text, strlen(text), 0, at(current, group_ip(current), 7000), local_length(current)));
    MUST(sendto(sender, "end", 3, 0, LOCAL(current, 7000)));
    settle(receiver, POLLIN);
    char bytes[20];
    ssize_t got;
    while ((got = recv(receiver, bytes, sizeof bytes, MSG_DONTWAIT)) > 0) {
        say("arrives: %.*s", (int)got, bytes);
        if (got == 3 && memcmp(bytes, "end", 3) == 0)
            break;
        settle(receiver, POLLIN);
    }
}

static void show_family(int family, const char *self, const char *other) {
    current = family;
    receiver = (int)MUST(socket(family, SOCK_DGRAM, 0));
    MUST(bind(receiver, at(family, family == AF_INET ? "0.0.0.0" : "::", 7000), local_length(family)));
    sender = udp_on(family, 7001);
    if (family == AF_INET) {
        struct ip_mreqn interface = {.imr_ifindex = (int)if_nametoindex("lo")};
        MUST(setsockopt(sender, IPPROTO_IP, IP_MULTICAST_IF, &interface, sizeof interface));
    } else {
        MUST(set_int(sender, IPPROTO_IPV6, IPV6_MULTICAST_IF, (int)if_nametoindex("lo")));
    }

    say("without a group");
    CALL(change(receiver, family, MCAST_BLOCK_SOURCE, self));
    CALL(change(receiver, family, MCAST_UNBLOCK_SOURCE, self));
    CALL(change(receiver, family, MCAST_LEAVE_SOURCE_GROUP, self));
    CALL(change(receiver, family, MCAST_LEAVE_GROUP, NULL));

    say("blocked senders");
    CALL(change(receiver, family, MCAST_JOIN_GROUP, NULL));
    try_group("from all");
    CALL(change(receiver, family, MCAST_BLOCK_SOURCE, other));
    try_group("not from that one");
    CALL(change(receiver, family, MCAST_BLOCK_SOURCE, self));
    CALL(change(receiver, family, MCAST_BLOCK_SOURCE, self));
    try_group("blocked");
    CALL(change(receiver, family, MCAST_JOIN_SOURCE_GROUP, self));
    CALL(change(receiver, family, MCAST_UNBLOCK_SOURCE, self));
    CALL(change(receiver, family, MCAST_UNBLOCK_SOURCE, self));
    try_group("unblocked");
    CALL(change(receiver, family, MCAST_UNBLOCK_SOURCE, other));
    CALL(change(receiver, family, MCAST_LEAVE_GROUP, NULL));
    try_group("left");

    say("chosen senders");
    CALL(change(receiver, family, MCAST_JOIN_SOURCE_GROUP, other));
    CALL(change(receiver, family, MCAST_JOIN_SOURCE_GROUP, other));
    try_group("not chosen");
    CALL(change(receiver, family, MCAST_JOIN_SOURCE_GROUP, self));
    try_group("chosen");
    CALL(change(receiver, family, MCAST_BLOCK_SOURCE, self));
    CALL(change(receiver, family, MCAST_JOIN_GROUP, NULL));
    CALL(change(receiver, family, MCAST_LEAVE_SOURCE_GROUP, self));
    try_group("no longer chosen");
    CALL(change(receiver, family, MCAST_LEAVE_SOURCE_GROUP, self));
    CALL(change(receiver, family, MCAST_LEAVE_SOURCE_GROUP, other));
    CALL(change(receiver, family, MCAST_LEAVE_SOURCE_GROUP, other));

    say("from all to chosen");
    CALL(change(receiver, family, MCAST_JOIN_GROUP, NULL));
    CALL(change(receiver, family, MCAST_JOIN_SOURCE_GROUP, other));
    try_group("not chosen");
    CALL(change(receiver, family, MCAST_LEAVE_GROUP, NULL));
    try_group("left");
    MUST(close(receiver));
    MUST(close(sender));
}

static void show_ipv4_requests(void) {
    int fd = udp_on(AF_INET, 0);
    struct ip_mreq_source request;
    memset(&request, 0, sizeof request);
    inet_pton(AF_INET, "239.1.2.3", &request.imr_multiaddr);
    inet_pton(AF_INET, "127.0.0.1", &request.imr_interface);
    inet_pton(AF_INET, "127.0.0.1", &request.imr_sourceaddr);
    say("struct ip_mreq_source");
    CALL(setsockopt(fd, IPPROTO_IP, IP_BLOCK_SOURCE, &request, sizeof request));
    CALL(setsockopt(fd, IPPROTO_IP, IP_ADD_SOURCE_MEMBERSHIP, &request, sizeof request));
    CALL(setsockopt(fd, IPPROTO_IP, IP_ADD_SOURCE_MEMBERSHIP, &request, sizeof request));
    CALL(setsockopt(fd, IPPROTO_IP, IP_UNBLOCK_SOURCE, &request, sizeof request));
    CALL(setsockopt(fd, IPPROTO_IP, IP_DROP_SOURCE_MEMBERSHIP, &request, sizeof request));
    CALL(setsockopt(fd, IPPROTO_IP, IP_DROP_SOURCE_MEMBERSHIP, &request, sizeof request));
    CALL(setsockopt(fd, IPPROTO_IP, IP_BLOCK_SOURCE, &request, 4));
    inet_pton(AF_INET, "127.0.0.1", &request.imr_multiaddr);
    CALL(setsockopt(fd, IPPROTO_IP, IP_ADD_SOURCE_MEMBERSHIP, &request, sizeof request));
    CALL(setsockopt(fd, IPPROTO_IP, IP_BLOCK_SOURCE, &request, sizeof request));
}

int main(void) {
    show_family(AF_INET, "127.0.0.1", "192.0.2.1");
    show_family(AF_INET6, "::1", "2001:db8::1");
    show_ipv4_requests();
}
