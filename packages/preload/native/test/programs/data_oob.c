/* data_oob.c: urgent data. */
#include "harness.h"

static void at_mark(int fd) {
    int mark = -1;
    ioctl(fd, SIOCATMARK, &mark);
    say("at the mark: %d %d", mark, sockatmark(fd));
}

static void show_unread(int fd) {
    int unread = -1;
    CALL(ioctl(fd, FIONREAD, &unread));
    say("unread: %d", unread);
}

/* What is unread is counted up to an urgent byte, where reads end too. */
static void counted(void) {
    struct pair pair = tcp_pair(AF_INET);
    CALL(send(pair.client, "", 0, MSG_OOB));
    CALL(send(pair.client, "abcdefg", 7, 0));
    CALL(send(pair.client, "H", 1, MSG_OOB));
    CALL(send(pair.client, "ijk", 3, 0));
    settle(pair.server, POLLPRI);
    show_unread(pair.server);
    RECV(pair.server, 2, 0);
    show_unread(pair.server);
    RECV(pair.server, 0, MSG_OOB | MSG_PEEK);
    RECV(pair.server, 100, MSG_TRUNC | MSG_WAITALL);
    at_mark(pair.server);
    show_unread(pair.server);
    RECV(pair.server, 1, MSG_OOB | MSG_PEEK);
    RECV(pair.server, 100, 0);
    show_unread(pair.server);

    struct pair in_line = tcp_pair(AF_INET);
    CALL(set_int(in_line.server, SOL_SOCKET, SO_OOBINLINE, 1));
    CALL(send(in_line.client, "abC", 3, MSG_OOB));
    settle(in_line.server, POLLPRI);
    show_unread(in_line.server);
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

    say("counted");
    counted();

    say("none");
    RECV(pair.client, 1, MSG_OOB);
    int datagram = udp_on(AF_INET, 7000);
    CALL(sendto(datagram, "x", 1, MSG_OOB, AT4("127.0.0.1", 7000)));
    RECV(datagram, 1, MSG_OOB | MSG_DONTWAIT);
}
