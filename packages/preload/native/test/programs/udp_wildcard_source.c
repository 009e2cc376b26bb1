/* udp_wildcard_source.c: where datagrams come from that are sent by a socket on all addresses, to one on all addresses. */
#include "harness.h"

static int on_all(int family, int port) {
    int fd = (int)MUST(socket(family, SOCK_DGRAM, 0));
    MUST(bind(fd, family == AF_INET ? address4("0.0.0.0", port) : address6("::", port), local_length(family)));
    return fd;
}

static void exchange(int family) {
    int server = on_all(family, 7001), client = on_all(family, 7002);
    CALL(sendto(client, "question", 8, 0, LOCAL(family, 7001)));
    settle(server, POLLIN);
    RECVFROM(server, 20, 0);
    CALL(sendto(server, "answer", 6, 0, LOCAL(family, 7002)));
    settle(client, POLLIN);
    RECVFROM(client, 20, 0);

    say("from a socket that was never bound");
    int fresh = (int)MUST(socket(family, SOCK_DGRAM, 0));
    CALL(sendto(fresh, "hello", 5, 0, LOCAL(family, 7001)));
    settle(server, POLLIN);
    RECVFROM(server, 20, 0);

    say("connected");
    CALL(connect(client, LOCAL(family, 7001)));
    CALL(send(client, "again", 5, 0));
    settle(server, POLLIN);
    RECVFROM(server, 20, MSG_PEEK);
    RECVFROM(server, 20, 0);
    MUST(close(fresh));
    MUST(close(client));
    MUST(close(server));
}

int main(void) {
    exchange(AF_INET);
    exchange(AF_INET6);
}
