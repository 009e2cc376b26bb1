/* data_timeouts.c: SO_RCVTIMEO and SO_SNDTIMEO. */
#include "harness.h"

static struct timeval brief = {.tv_usec = 20000};

static void fill(int fd) {
    static char block[65536];
    ssize_t length;
    do {
        length = send(fd, block, sizeof block, 0);
    } while (length > 0);
    say("at last: send = -1 %s", error_name(errno));
}

int main(void) {
    struct pair pair = tcp_pair(AF_INET);
    OPTION(pair.client, SOL_SOCKET, SO_RCVTIMEO);
    CALL(setsockopt(pair.client, SOL_SOCKET, SO_RCVTIMEO, &brief, sizeof brief));
    CALL(setsockopt(pair.client, SOL_SOCKET, SO_SNDTIMEO, &brief, sizeof brief));
    OPTION(pair.client, SOL_SOCKET, SO_RCVTIMEO);
    RECV(pair.client, 10, 0);
    READ(pair.client, 10);
    RECVFROM(pair.client, 10, 0);
    MUST(write(pair.server, "par", 3));
    settle(pair.client, POLLIN);
    RECV(pair.client, 10, MSG_WAITALL);
    fill(pair.client);

    int listener = listener_on(AF_INET, 7000);
    CALL(setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &brief, sizeof brief));
    CALL(accept(listener, NULL, NULL));

    int datagram = udp_on(AF_INET, 7001);
    CALL(setsockopt(datagram, SOL_SOCKET, SO_RCVTIMEO, &brief, sizeof brief));
    RECV(datagram, 10, 0);
    RECVFROM(datagram, 10, 0);

    struct timeval bad = {.tv_usec = 2000000};
    CALL(setsockopt(datagram, SOL_SOCKET, SO_RCVTIMEO, &bad, sizeof bad));
    CALL(setsockopt(datagram, SOL_SOCKET, SO_RCVTIMEO, &brief, 4));
    struct timeval off = {0};
    CALL(setsockopt(datagram, SOL_SOCKET, SO_RCVTIMEO, &off, sizeof off));
    OPTION(datagram, SOL_SOCKET, SO_RCVTIMEO);
}
