/* poll_states_tcp.c: what poll(2) says in each state of a TCP socket. */
#include "harness.h"

#define BOTH(fd)                                                                                                       \
    do {                                                                                                               \
        POLL(fd);                                                                                                      \
        select_says(fd);                                                                                               \
    } while (0)

int main(void) {
    int fresh = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    BOTH(fresh);
    MUST(bind(fresh, AT4("127.0.0.1", 7000)));
    BOTH(fresh);
    MUST(listen(fresh, 5));
    BOTH(fresh);
    MUST(connect((int)MUST(socket(AF_INET, SOCK_STREAM, 0)), AT4("127.0.0.1", 7000)));
    settle(fresh, POLLIN);
    BOTH(fresh);

    struct pair pair = tcp_pair(AF_INET);
    BOTH(pair.client);
    MUST(write(pair.client, "x", 1));
    settle(pair.server, POLLIN);
    BOTH(pair.server);
    RECV(pair.server, 1, 0);
    BOTH(pair.server);

    say("the peer shut its write half");
    CALL(shutdown(pair.client, SHUT_WR));
    settle(pair.server, POLLRDHUP);
    BOTH(pair.client);
    BOTH(pair.server);
    say("both have");
    CALL(shutdown(pair.server, SHUT_WR));
    settle(pair.client, POLLRDHUP);
    BOTH(pair.client);
    BOTH(pair.server);

    say("own read half shut");
    pair = tcp_pair(AF_INET);
    CALL(shutdown(pair.client, SHUT_RD));
    BOTH(pair.client);
    BOTH(pair.server);
    MUST(write(pair.server, "x", 1));
    settle(pair.client, POLLIN);
    BOTH(pair.client);

    say("both own halves shut");
    pair = tcp_pair(AF_INET);
    CALL(shutdown(pair.client, SHUT_RDWR));
    settle(pair.server, POLLRDHUP);
    BOTH(pair.client);
    BOTH(pair.server);

    say("the peer closed");
    pair = tcp_pair(AF_INET);
    MUST(write(pair.client, "last", 4));
    CALL(close(pair.client));
    settle(pair.server, POLLRDHUP);
    BOTH(pair.server);
    RECV(pair.server, 10, 0);
    BOTH(pair.server);
    CALL(write(pair.server, "x", 1));
    settle(pair.server, POLLERR);
    BOTH(pair.server);

    say("the peer reset");
    pair = tcp_pair(AF_INET);
    struct linger linger = {.l_onoff = 1};
    MUST(setsockopt(pair.client, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
    CALL(close(pair.client));
    settle(pair.server, POLLERR);
    BOTH(pair.server);
    RECV(pair.server, 10, 0);
    BOTH(pair.server);
    CALL(close(pair.server));
    POLL(pair.server);
}
