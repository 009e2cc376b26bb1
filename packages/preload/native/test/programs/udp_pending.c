/* udp_pending.c: FIONREAD, SIOCINQ and SIOCOUTQ of datagrams, of more than a few of them, and while an error waits. */
#include "harness.h"
#include <linux/sockios.h>

static int in_queue(int fd) {
    int count = -1;
    MUST(ioctl(fd, SIOCINQ, &count));
    return count;
}

static int out_queue(int fd) {
    int count = -1;
    MUST(ioctl(fd, SIOCOUTQ, &count));
    return count;
}

int main(void) {
    struct pair pair = udp_pair(AF_INET);
    enum { DATAGRAMS = 60 };
    char data[DATAGRAMS * 3] = "";
    for (int i = 0; i < DATAGRAMS; i++)
        MUST(send(pair.client, data, (size_t)i * 3 % 7, 0));
    CALL(in_queue(pair.client));
    CALL(out_queue(pair.client));
    for (int i = 0; i < DATAGRAMS; i++) {
        settle(pair.server, POLLIN);
        int size = in_queue(pair.server);
        ssize_t peeked = recv(pair.server, NULL, 0, MSG_PEEK | MSG_TRUNC);
        char whole[64];
        ssize_t got = recv(pair.server, whole, sizeof whole, 0);
        say("%d: %d waiting, %zd seen, %zd received, %d sent", i, size, peeked, got, i * 3 % 7);
    }
    CALL(in_queue(pair.server));
    MUST(close(pair.server));
    MUST(send(pair.client, "x", 1, 0));
    settle(pair.client, POLLERR);
    CALL(in_queue(pair.client));
    CALL(out_queue(pair.client));
    POLL(pair.client);
    RECV(pair.client, 1, 0);
    int fresh = (int)MUST(socket(AF_INET6, SOCK_DGRAM, 0));
    CALL(in_queue(fresh));
    CALL(out_queue(fresh));
}
