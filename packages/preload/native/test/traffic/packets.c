/* packets.c: UDP, and what nobody answers. */
#define _GNU_SOURCE
#include "flow.h"
#include "modes.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>

static int udp_socket(uint16_t port) {
    int fd = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    struct sockaddr_in address = local(port);
    MUST(bind(fd, (struct sockaddr *)&address, sizeof address));
    return fd;
}

void udp(void) {
    uint8_t data[4000];
    fill(data, sizeof data, 8);
    int server = udp_socket(5300), client = udp_socket(0);
    struct sockaddr_in to = own_address(server), from;
    socklen_t length = sizeof from;
    MUST(sendto(client, data, 1, 0, (struct sockaddr *)&to, sizeof to));
    MUST(recvfrom(server, data, sizeof data, 0, (struct sockaddr *)&from, &length));
    MUST(sendto(server, data, 0, 0, (struct sockaddr *)&from, length));
    MUST(sendto(server, data, sizeof data, 0, (struct sockaddr *)&from, length));
    struct iovec parts[] = {{data, 10}, {data, 11}};
    struct mmsghdr messages[] = {{.msg_hdr = {.msg_iov = &parts[0], .msg_iovlen = 1, .msg_name = &to, .msg_namelen = sizeof to}},
                                 {.msg_hdr = {.msg_iov = &parts[1], .msg_iovlen = 1, .msg_name = &to, .msg_namelen = sizeof to}}};
    MUST(sendmmsg(client, messages, 2, 0));
}

void broadcast(void) {
    int on = 1, low_delay = 0x10, sender = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    MUST(setsockopt(sender, SOL_SOCKET, SO_BROADCAST, &on, sizeof on));
    MUST(setsockopt(sender, IPPROTO_IP, IP_TOS, &low_delay, sizeof low_delay));
    struct sockaddr_in all = {.sin_family = AF_INET, .sin_port = htons(6700), .sin_addr.s_addr = htonl(INADDR_BROADCAST)};
    MUST(sendto(sender, "to all", 6, 0, (struct sockaddr *)&all, sizeof all));
    all.sin_addr.s_addr = inet_addr("239.1.2.3");
    MUST(sendto(sender, "to a group", 10, 0, (struct sockaddr *)&all, sizeof all));
}

void refused(void) {
    struct sockaddr_in closed = local(9);
    int stream = (int)MUST(socket(AF_INET, SOCK_STREAM, 0)), datagram = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    if (connect(stream, (struct sockaddr *)&closed, sizeof closed) == 0)
        exit(1);
    MUST(connect(datagram, (struct sockaddr *)&closed, sizeof closed));
    MUST(send(datagram, "hello", 5, 0));
    struct sockaddr_in outside = {.sin_family = AF_INET, .sin_port = htons(80), .sin_addr.s_addr = inet_addr("192.0.2.1")};
    int leaving = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    if (connect(leaving, (struct sockaddr *)&outside, sizeof outside) == 0)
        exit(1);
}
