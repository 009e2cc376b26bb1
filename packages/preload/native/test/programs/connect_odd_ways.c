/* connect_odd_ways.c: connections that begin and end in other ways: with data, in the wrong state, lingering, timed. */
#include "harness.h"

static void with_data(void) {
    say("MSG_FASTOPEN");
    int listener = listener_on(AF_INET, 7000);
    CALL(set_int(listener, IPPROTO_TCP, TCP_FASTOPEN, 5));
    int client = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    CALL(sendto(client, "early", 5, MSG_FASTOPEN, AT4("127.0.0.1", 7000)));
    int server = (int)MUST(accept(listener, NULL, NULL));
    RECV(server, 10, 0);
    NAMES(client);
    CALL(sendto(client, "again", 5, MSG_FASTOPEN, AT4("127.0.0.1", 7000)));
    CALL(sendto(client, "named", 5, 0, AT4("127.0.0.1", 7099)));
    RECV(server, 5, MSG_WAITALL | MSG_DONTWAIT);
    close(client);
    close(server);
    client = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    CALL(sendto(client, "x", 1, MSG_FASTOPEN | MSG_NOSIGNAL, (struct sockaddr *)NULL, 0));
    CALL(sendto(client, "x", 1, MSG_NOSIGNAL, AT4("127.0.0.1", 7000)));
    CALL(sendto(client, "x", 1, MSG_FASTOPEN, AT4("127.0.0.1", 7098)));
    close(client);
    client = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    CALL(set_int(client, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1));
    OPTION(client, IPPROTO_TCP, TCP_FASTOPEN_CONNECT);
    CALL(connect(client, AT4("127.0.0.1", 7000)));
    CALL(write(client, "lazy", 4));
    server = (int)MUST(accept(listener, NULL, NULL));
    RECV(server, 10, 0);
    close(client);
    close(server);
    close(listener);
}

static void lingering(void) {
    say("SO_LINGER");
    struct pair pair = tcp_pair(AF_INET);
    struct linger linger = {.l_onoff = 1, .l_linger = 5};
    MUST(setsockopt(pair.client, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
    MUST(write(pair.client, "last words", 10));
    CALL(close(pair.client));
    RECV(pair.server, 20, 0);
    RECV(pair.server, 20, 0);
    CALL(close(pair.server));
    pair = tcp_pair(AF_INET);
    linger = (struct linger){.l_onoff = 1, .l_linger = 0};
    MUST(setsockopt(pair.client, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
    MUST(write(pair.client, "unheard", 7));
    settle(pair.server, POLLIN);
    CALL(shutdown(pair.client, SHUT_WR));
    settle(pair.server, POLLRDHUP);
    CALL(close(pair.client));
    settle(pair.server, POLLERR);
    RECV(pair.server, 3, 0);
    RECV(pair.server, 20, 0);
    RECV(pair.server, 20, 0);
    CALL(send(pair.server, "x", 1, MSG_NOSIGNAL));
    NAMES(pair.server);
    CALL(close(pair.server));
    linger = (struct linger){.l_onoff = 7, .l_linger = -1};
    int fd = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    CALL(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
    CALL(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, 4));
    close(fd);
}

static void states(void) {
    say("calls in the wrong state");
    int fd = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    CALL(accept(fd, NULL, NULL));
    CALL(listen(fd, 1));
    CALL(listen(fd, 5));
    CALL(connect(fd, AT4("127.0.0.1", 7000)));
    CALL(send(fd, "x", 1, MSG_NOSIGNAL));
    RECV(fd, 1, 0);
    CALL(bind(fd, AT4("127.0.0.1", 7003)));
    CALL(accept4(fd, NULL, NULL, 0x1234));
    struct pair pair = tcp_pair(AF_INET);
    CALL(listen(pair.client, 1));
    CALL(accept(pair.client, NULL, NULL));
    CALL(bind(pair.client, AT4("127.0.0.1", 7003)));
    CALL(connect(pair.client, AT4("127.0.0.1", 7003)));
    CALL(shutdown(pair.client, 3));
    CALL(shutdown(pair.client, -1));
    CALL(setsockopt(pair.client, IPPROTO_TCP, TCP_DEFER_ACCEPT, &(int){1}, sizeof(int)));
    OPTION(pair.client, IPPROTO_TCP, TCP_DEFER_ACCEPT);
    OPTION(pair.client, IPPROTO_TCP, TCP_FASTOPEN);
    CALL(set_int(pair.client, IPPROTO_TCP, TCP_FASTOPEN, 1));
    CALL(set_int(pair.client, IPPROTO_TCP, TCP_ULP, 0));
    OPTION(pair.client, IPPROTO_IP, IP_MTU);
    OPTION(pair.client, SOL_SOCKET, SO_PEERNAME);
    OPTION(pair.client, SOL_SOCKET, SO_ACCEPTCONN);
    OPTION(fd, SOL_SOCKET, SO_ACCEPTCONN);
    int six = (int)MUST(socket(AF_INET6, SOCK_STREAM, 0));
    MUST(bind(six, AT6("::1", 7004)));
    CALL(set_int(six, IPPROTO_IPV6, IPV6_V6ONLY, 1));
    MUST(listen(six, 1));
    CALL(set_int(six, IPPROTO_IPV6, IPV6_V6ONLY, 0));
    OPTION(six, IPPROTO_IPV6, IPV6_V6ONLY);
    close(six);
    close(fd);
}

static void timed(void) {
    say("time limits and low-water marks");
    struct pair pair = tcp_pair(AF_INET);
    CALL(set_int(pair.server, SOL_SOCKET, SO_RCVLOWAT, 5));
    MUST(write(pair.client, "abc", 3));
    struct timeval limit = {.tv_usec = 50000};
    MUST(setsockopt(pair.server, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit));
    RECV(pair.server, 10, 0);
    RECV(pair.server, 10, MSG_DONTWAIT);
    POLL(pair.server);
    MUST(write(pair.client, "defgh", 5));
    settle(pair.server, POLLIN);
    RECV(pair.server, 10, 0);
    MUST(setsockopt(pair.client, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit));
    static char data[1 << 20];
    long result;
    do
        result = send(pair.client, data, sizeof data, 0);
    while (result > 0);
    say("a full socket: %ld %s", result, error_name(errno));
    limit = (struct timeval){.tv_usec = 1000000};
    CALL(setsockopt(pair.client, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit));
    limit = (struct timeval){.tv_sec = -1};
    CALL(setsockopt(pair.client, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit));
    OPTION(pair.client, SOL_SOCKET, SO_SNDTIMEO);
    int listener = listener_on(AF_INET, 7005);
    limit = (struct timeval){.tv_usec = 20000};
    MUST(setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit));
    CALL(accept(listener, NULL, NULL));
}

int main(void) {
    with_data();
    lingering();
    states();
    timed();
}
