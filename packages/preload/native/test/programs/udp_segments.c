/* udp_segments.c: UDP_SEGMENT and UDP_GRO: many datagrams in one call. */
#include "harness.h"
#include <netinet/udp.h>

/* The loopback carries them as one, so there is one error, which quotes all. */
static void nobody_takes_them(int family) {
    say("nobody takes them");
    int fd = udp_on(family, 7000);
    MUST(family == AF_INET ? set_int(fd, IPPROTO_IP, IP_RECVERR, 1) : set_int(fd, IPPROTO_IPV6, IPV6_RECVERR, 1));
    MUST(set_int(fd, IPPROTO_UDP, UDP_SEGMENT, 4));
    CALL(sendto(fd, "onceuponatime", 13, 0, LOCAL(family, 7001)));
    settle(fd, POLLERR);
    RECVFROM(fd, 100, MSG_ERRQUEUE);
    RECVFROM(fd, 100, MSG_ERRQUEUE);
    OPTION(fd, SOL_SOCKET, SO_ERROR);
    MUST(family == AF_INET ? set_int(fd, IPPROTO_IP, IP_RECVERR, 0) : set_int(fd, IPPROTO_IPV6, IPV6_RECVERR, 0));
    MUST(connect(fd, LOCAL(family, 7001)));
    CALL(send(fd, "onceuponatime", 13, 0));
    settle(fd, POLLERR);
    POLL(fd);
    OPTION(fd, SOL_SOCKET, SO_ERROR);
    POLL(fd);
    MUST(close(fd));
}

int main(void) {
    nobody_takes_them(AF_INET);
    nobody_takes_them(AF_INET6);
    struct pair pair = udp_pair(AF_INET);
    OPTION(pair.client, IPPROTO_UDP, UDP_SEGMENT);
    CALL(set_int(pair.client, IPPROTO_UDP, UDP_SEGMENT, -1));
    CALL(set_int(pair.client, IPPROTO_UDP, UDP_SEGMENT, 70000));
    CALL(set_int(pair.client, IPPROTO_UDP, UDP_SEGMENT, 4));
    OPTION(pair.client, IPPROTO_UDP, UDP_SEGMENT);
    CALL(send(pair.client, "onceuponatime", 13, 0));
    for (int i = 0; i < 4; i++) {
        settle(pair.server, POLLIN);
        RECV(pair.server, 100, 0);
    }
    RECV(pair.server, 100, MSG_DONTWAIT);
    CALL(set_int(pair.client, IPPROTO_UDP, UDP_SEGMENT, 0));
    CALL(send(pair.client, "onceuponatime", 13, 0));
    RECV(pair.server, 100, 0);

    say("one piece is asked for by a control message");
    union {
        char room[CMSG_SPACE(sizeof(uint16_t))];
        struct cmsghdr align;
    } control = {.room = {0}};
    struct iovec part = {"onceuponatime", 13};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.room, .msg_controllen = sizeof control.room};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    *header = (struct cmsghdr){.cmsg_level = IPPROTO_UDP, .cmsg_type = UDP_SEGMENT, .cmsg_len = CMSG_LEN(2)};
    memcpy(CMSG_DATA(header), &(uint16_t){10}, 2);
    CALL(sendmsg(pair.client, &message, 0));
    RECV(pair.server, 100, 0);
    RECV(pair.server, 100, 0);

    say("the receiving side");
    OPTION(pair.server, IPPROTO_UDP, UDP_GRO);
    CALL(set_int(pair.server, IPPROTO_UDP, UDP_GRO, 1));
    OPTION(pair.server, IPPROTO_UDP, UDP_GRO);
    CALL(send(pair.client, "whole", 5, 0));
    RECV(pair.server, 100, 0);
    CALL(set_int(tcp_pair(AF_INET).client, IPPROTO_UDP, UDP_SEGMENT, 4));
}
