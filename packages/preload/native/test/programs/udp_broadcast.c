/* udp_broadcast.c: one datagram to everybody on a port. */
#include "harness.h"

static int receiver_on(const char *ip) {
    int fd = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    MUST(set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1));
    CALL(bind(fd, AT4(ip, 7000)));
    return fd;
}

int main(void) {
    int sender = udp_on(AF_INET, 7001);
    OPTION(sender, SOL_SOCKET, SO_BROADCAST);
    CALL(sendto(sender, "x", 1, 0, AT4("127.255.255.255", 7000)));
    CALL(connect(sender, AT4("127.255.255.255", 7000)));
    CALL(set_int(sender, SOL_SOCKET, SO_BROADCAST, 1));
    say("nobody there");
    CALL(sendto(sender, "x", 1, 0, AT4("127.255.255.255", 7000)));

    int wildcard = receiver_on("0.0.0.0");
    int second = receiver_on("0.0.0.0");
    int broadcast = receiver_on("127.255.255.255");
    int single = receiver_on("127.0.0.1");
    CALL(sendto(sender, "to all", 6, 0, AT4("127.255.255.255", 7000)));
    settle(wildcard, POLLIN);
    RECVFROM(wildcard, 10, MSG_DONTWAIT);
    RECVFROM(second, 10, MSG_DONTWAIT);
    RECVFROM(broadcast, 10, MSG_DONTWAIT);
    RECVFROM(single, 10, MSG_DONTWAIT);
    RECV(wildcard, 10, MSG_DONTWAIT);

    say("connected");
    CALL(connect(sender, AT4("127.255.255.255", 7000)));
    NAMES(sender);
    CALL(send(sender, "again", 5, 0));
    settle(wildcard, POLLIN);
    RECVFROM(wildcard, 10, MSG_DONTWAIT);
    RECVFROM(broadcast, 10, MSG_DONTWAIT);
}
