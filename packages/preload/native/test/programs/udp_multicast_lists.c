/* udp_multicast_lists.c: the senders that a member of a group chooses or blocks, read and set as one list: RFC 3678. */
#include "harness.h"

#include <net/if.h>

enum { MANY = 70 };
static int family, fd;

static int level(void) {
    return family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
}

static const struct sockaddr *at(const char *ip) {
    return family == AF_INET ? address4(ip, 0) : address6(ip, 0);
}

static const char *group_ip(void) {
    return family == AF_INET ? "239.1.2.3" : "ff12::1234";
}

static const char *sender_ip(unsigned i) {
    static char text[INET6_ADDRSTRLEN];
    snprintf(text, sizeof text, family == AF_INET ? "192.0.2.%u" : "2001:db8::%x", i + 1);
    return text;
}

static int change(int name, const char *source) {
    struct group_source_req request;
    memset(&request, 0, sizeof request);
    request.gsr_interface = if_nametoindex("lo");
    memcpy(&request.gsr_group, at(group_ip()), local_length(family));
    struct group_req group = {.gr_interface = request.gsr_interface};
    group.gr_group = request.gsr_group;
    if (source == NULL)
        return setsockopt(fd, level(), name, &group, sizeof group);
    memcpy(&request.gsr_source, at(source), local_length(family));
    return setsockopt(fd, level(), name, &request, sizeof request);
}

/* MCAST_MSFILTER with `count` senders, of which it says to have `said`. */
static int set_list(const char *group, unsigned mode, unsigned count, unsigned said, int shorter) {
    static char room[GROUP_FILTER_SIZE(MANY)];
    struct group_filter *filter = (struct group_filter *)room;
    memset(room, 0, sizeof room);
    filter->gf_interface = if_nametoindex("lo");
    memcpy(&filter->gf_group, at(group), local_length(family));
    filter->gf_fmode = mode;
    filter->gf_numsrc = said;
    for (unsigned i = 0; i < count; i++)
        memcpy(&filter->gf_slist[i], at(sender_ip(i)), local_length(family));
    return setsockopt(fd, level(), MCAST_MSFILTER, filter, (socklen_t)(GROUP_FILTER_SIZE(count) - shorter));
}

static void show_list(const char *group, unsigned room_for, int shorter) {
    static char room[GROUP_FILTER_SIZE(MANY)];
    struct group_filter *filter = (struct group_filter *)room;
    memset(room, 0, sizeof room);
    filter->gf_interface = if_nametoindex("lo");
    memcpy(&filter->gf_group, at(group), local_length(family));
    filter->gf_numsrc = room_for;
    socklen_t length = (socklen_t)(GROUP_FILTER_SIZE(room_for) - shorter);
    int result = getsockopt(fd, level(), MCAST_MSFILTER, filter, &length);
    if (result != 0) {
        say("list of %s with room for %u, %d bytes less: %s", group, room_for, shorter, error_name(errno));
        return;
    }
    say("list of %s with room for %u: %u bytes, mode %u, %u senders", group, room_for, (unsigned)length, filter->gf_fmode, filter->gf_numsrc);
    for (unsigned i = 0; i < filter->gf_numsrc && i < room_for; i++)
        say("  %s", address_text(&filter->gf_slist[i], local_length(family)));
}

static void show_family(void) {
    say("%s", family == AF_INET ? "IPv4" : "IPv6");
    fd = (int)MUST(socket(family, SOCK_DGRAM, 0));
    say("not a member");
    show_list(group_ip(), 2, 0);
    CALL(set_list(group_ip(), MCAST_EXCLUDE, 1, 1, 0));
    CALL(set_list(group_ip(), MCAST_INCLUDE, 1, 1, 0));
    CALL(set_list(group_ip(), MCAST_INCLUDE, 0, 0, 0));

    say("a member");
    CALL(change(MCAST_JOIN_GROUP, NULL));
    show_list(group_ip(), 2, 0);
    CALL(change(MCAST_BLOCK_SOURCE, sender_ip(0)));
    CALL(change(MCAST_BLOCK_SOURCE, sender_ip(1)));
    CALL(change(MCAST_BLOCK_SOURCE, sender_ip(2)));
    show_list(group_ip(), 0, 0);
    show_list(group_ip(), 2, 0);
    show_list(group_ip(), 3, 0);
    show_list(group_ip(), 5, 0);

    say("lists as a whole");
    CALL(set_list(group_ip(), MCAST_EXCLUDE, 0, 0, 0));
    show_list(group_ip(), 5, 0);
    CALL(set_list(group_ip(), MCAST_INCLUDE, 2, 2, 0));
    show_list(group_ip(), 5, 0);
    CALL(change(MCAST_BLOCK_SOURCE, sender_ip(7)));
    CALL(change(MCAST_JOIN_SOURCE_GROUP, sender_ip(7)));
    show_list(group_ip(), 5, 0);
    CALL(set_list(group_ip(), MCAST_EXCLUDE, 1, 1, 0));
    CALL(change(MCAST_UNBLOCK_SOURCE, sender_ip(0)));
    show_list(group_ip(), 5, 0);
    CALL(set_list(group_ip(), MCAST_EXCLUDE, 3, 2, 0));
    show_list(group_ip(), 5, 0);

    say("what is wrong");
    CALL(set_list(group_ip(), 2, 1, 1, 0));
    CALL(set_list(group_ip(), MCAST_EXCLUDE, 1, 2, 0));
    CALL(set_list(group_ip(), MCAST_EXCLUDE, 1, 1, 1));
    CALL(set_list(group_ip(), MCAST_EXCLUDE, 0, 0, 1));
    CALL(set_list(group_ip(), MCAST_EXCLUDE, 1, 0x7fffffff, 0));
    CALL(set_list(group_ip(), MCAST_EXCLUDE, 10, 10, 0));
    CALL(set_list(group_ip(), MCAST_EXCLUDE, 11, 11, 0));
    CALL(set_list(group_ip(), MCAST_EXCLUDE, 64, 64, 0));
    CALL(set_list(group_ip(), MCAST_EXCLUDE, 65, 65, 0));
    CALL(set_list(sender_ip(0), MCAST_EXCLUDE, 1, 1, 0));
    show_list(sender_ip(0), 1, 0);
    show_list(group_ip(), 0, 1);
    show_list(group_ip(), 2, 1);
    CALL(set_list(group_ip(), MCAST_EXCLUDE, 2, 2, 0));
    show_list(group_ip(), 2, 1);

    say("left by an empty list");
    CALL(set_list(group_ip(), MCAST_INCLUDE, 0, 0, 0));
    show_list(group_ip(), 2, 0);
    CALL(change(MCAST_LEAVE_GROUP, NULL));
    MUST(close(fd));
}

/* struct ip_msfilter, with an address of the interface. */
static void show_ipv4_requests(void) {
    union {
        struct ip_msfilter filter;
        char room[IP_MSFILTER_SIZE(12)];
    } list;
    memset(&list, 0, sizeof list);
    say("struct ip_msfilter");
    family = AF_INET;
    fd = (int)MUST(socket(family, SOCK_DGRAM, 0));
    MUST(change(MCAST_JOIN_GROUP, NULL));
    inet_pton(AF_INET, "239.1.2.3", &list.filter.imsf_multiaddr);
    inet_pton(AF_INET, "127.0.0.1", &list.filter.imsf_interface);
    list.filter.imsf_fmode = MCAST_EXCLUDE;
    list.filter.imsf_numsrc = 2;
    inet_pton(AF_INET, "192.0.2.9", &((struct in_addr *)list.filter.imsf_slist)[0]);
    inet_pton(AF_INET, "192.0.2.8", &((struct in_addr *)list.filter.imsf_slist)[1]);
    CALL(setsockopt(fd, IPPROTO_IP, IP_MSFILTER, &list, IP_MSFILTER_SIZE(2)));
    CALL(setsockopt(fd, IPPROTO_IP, IP_MSFILTER, &list, IP_MSFILTER_SIZE(1)));
    CALL(setsockopt(fd, IPPROTO_IP, IP_MSFILTER, &list, IP_MSFILTER_SIZE(0) - 1));
    show_list("239.1.2.3", 4, 0);
    for (int room = 3; room >= 0; room--) {
        list.filter.imsf_numsrc = (unsigned)room;
        socklen_t length = (socklen_t)IP_MSFILTER_SIZE(room);
        CALL(getsockopt(fd, IPPROTO_IP, IP_MSFILTER, &list, &length));
        say("%u bytes, mode %u, %u senders", (unsigned)length, list.filter.imsf_fmode, list.filter.imsf_numsrc);
        show_bytes("senders", list.filter.imsf_slist, (ssize_t)(length - IP_MSFILTER_SIZE(0)));
    }
    inet_pton(AF_INET, "192.0.2.77", &list.filter.imsf_interface);
    CALL(setsockopt(fd, IPPROTO_IP, IP_MSFILTER, &list, IP_MSFILTER_SIZE(2)));
    socklen_t length = IP_MSFILTER_SIZE(2);
    CALL(getsockopt(fd, IPPROTO_IP, IP_MSFILTER, &list, &length));
    length = IP_MSFILTER_SIZE(0) - 1;
    CALL(getsockopt(fd, IPPROTO_IP, IP_MSFILTER, &list, &length));
    MUST(close(fd));
}

/* Whom the list lets through. */
static void show_delivery(void) {
    char bytes[20];
    say("who is heard");
    family = AF_INET;
    fd = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    int sender = udp_on(AF_INET, 7001);
    struct ip_mreqn interface = {.imr_ifindex = (int)if_nametoindex("lo")};
    MUST(setsockopt(sender, IPPROTO_IP, IP_MULTICAST_IF, &interface, sizeof interface));
    MUST(bind(fd, AT4("0.0.0.0", 7000)));
    MUST(change(MCAST_JOIN_GROUP, NULL));
    union {
        struct group_filter filter;
        char room[GROUP_FILTER_SIZE(1)];
    } list;
    memset(&list, 0, sizeof list);
    list.filter.gf_interface = if_nametoindex("lo");
    memcpy(&list.filter.gf_group, at(group_ip()), local_length(family));
    memcpy(list.filter.gf_slist, at("127.0.0.1"), local_length(family));
    list.filter.gf_numsrc = 1;
    for (unsigned mode = 0; mode < 2; mode++) {
        list.filter.gf_fmode = mode;
        CALL(setsockopt(fd, IPPROTO_IP, MCAST_MSFILTER, &list, GROUP_FILTER_SIZE(1)));
        MUST(sendto(sender, "to the group", 12, 0, AT4("239.1.2.3", 7000)));
        MUST(sendto(sender, "end", 3, 0, AT4("127.0.0.1", 7000)));
        do {
            settle(fd, POLLIN);
            memset(bytes, 0, sizeof bytes);
            MUST(recv(fd, bytes, sizeof bytes - 1, 0));
            say("arrives: %s", bytes);
        } while (strcmp(bytes, "end") != 0);
    }
}

int main(void) {
    family = AF_INET;
    show_family();
    family = AF_INET6;
    show_family();
    show_ipv4_requests();
    show_delivery();
}
