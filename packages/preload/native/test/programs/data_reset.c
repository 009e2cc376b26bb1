/* data_reset.c: connections that end with a reset. */
#include "harness.h"

static void reset_by_linger(bool pending) {
    struct pair pair = tcp_pair(AF_INET);
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    MUST(setsockopt(pair.client, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
    if (pending)
        MUST(write(pair.client, "sent before", 11));
    settle(pair.server, POLLOUT);
    CALL(close(pair.client));
    settle(pair.server, POLLERR);
    RECV(pair.server, 100, 0);
    RECV(pair.server, 100, 0);
    CALL(send(pair.server, "x", 1, MSG_NOSIGNAL));
    NAMES(pair.server);
    close(pair.server);
}

static void reset_by_unread(void) {
    struct pair pair = tcp_pair(AF_INET);
    MUST(write(pair.server, "never read", 10));
    settle(pair.client, POLLIN);
    CALL(close(pair.client));
    settle(pair.server, POLLERR);
    OPTION(pair.server, SOL_SOCKET, SO_ERROR);
    RECV(pair.server, 100, 0);
    CALL(send(pair.server, "x", 1, MSG_NOSIGNAL));
    close(pair.server);
}

static void write_into_reset(void) {
    struct pair pair = tcp_pair(AF_INET);
    MUST(write(pair.server, "never read", 10));
    settle(pair.client, POLLIN);
    CALL(close(pair.client));
    settle(pair.server, POLLERR);
    CALL(send(pair.server, "x", 1, MSG_NOSIGNAL));
    CALL(send(pair.server, "x", 1, MSG_NOSIGNAL));
    RECV(pair.server, 100, 0);
    close(pair.server);
}

int main(void) {
    say("linger of no time");
    reset_by_linger(false);
    say("linger of no time, data on the way");
    reset_by_linger(true);
    say("closed with unread data");
    reset_by_unread();
    say("the same, met by a write");
    write_into_reset();

    say("lingering as it should");
    struct pair pair = tcp_pair(AF_INET);
    struct linger linger = {.l_onoff = 1, .l_linger = 5};
    CALL(setsockopt(pair.client, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
    CALL(write(pair.client, "all of it", 9));
    CALL(close(pair.client));
    READ(pair.server, 100);
    READ(pair.server, 100);
}
