/* data_oob.c: urgent data. */
#include "harness.h"

static void at_mark(int fd) {
    int mark = -1;
    ioctl(fd, SIOCATMARK, &mark);
    say("at the mark: %d %d", mark, sockatmark(fd));
}

int main(void) {
    struct pair pair = tcp_pair(AF_INET);
    at_mark(pair.server);
    CALL(send(pair.client, "abc", 3, 0));
    CALL(send(pair.client, "D", 1, MSG_OOB));
    CALL(send(pair.client, "efg", 3, 0));
    settle(pair.server, POLLPRI);
    POLL(pair.server);
    at_mark(pair.server);
    RECV(pair.server, 100, 0);
    at_mark(pair.server);
    RECV(pair.server, 1, MSG_OOB);
    RECV(pair.server, 1, MSG_OOB);
    POLL(pair.server);
    RECV(pair.server, 100, 0);
    at_mark(pair.server);

    say("in line");
    CALL(set_int(pair.server, SOL_SOCKET, SO_OOBINLINE, 1));
    CALL(send(pair.client, "ab", 2, 0));
    CALL(send(pair.client, "C", 1, MSG_OOB));
    settle(pair.server, POLLPRI);
    RECV(pair.server, 1, MSG_OOB);
    RECV(pair.server, 100, 0);
    at_mark(pair.server);
    RECV(pair.server, 100, 0);

    say("none");
    RECV(pair.client, 1, MSG_OOB);
    int datagram = udp_on(AF_INET, 7000);
    CALL(sendto(datagram, "x", 1, MSG_OOB, AT4("127.0.0.1", 7000)));
    RECV(datagram, 1, MSG_OOB | MSG_DONTWAIT);
}
