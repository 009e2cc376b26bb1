/* bind_after_reset.c: bind(2) of a socket whose connection was reset changes its port, and nothing of what is left of the connection. */
#include "harness.h"

static int reset_client(void) {
    struct pair pair = tcp_pair(AF_INET);
    struct linger linger = {1, 0};
    MUST(setsockopt(pair.server, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
    MUST(close(pair.server));
    settle(pair.client, POLLERR);
    CALL(send(pair.client, "x", 1, MSG_NOSIGNAL));
    return pair.client;
}

int main(void) {
    say("-- bound");
    int fd = reset_client();
    CALL(bind(fd, LOCAL(AF_INET, 7331)));
    NAMES(fd);
    RECV(fd, 10, 0);
    CALL(send(fd, "x", 1, MSG_NOSIGNAL));
    POLL(fd);
    CALL(close(fd));

    say("-- in vain");
    int other = listener_on(AF_INET, 7332);
    fd = reset_client();
    CALL(bind(fd, LOCAL(AF_INET, 7332)));
    RECV(fd, 10, 0);
    CALL(bind(fd, LOCAL(AF_INET, 7333)));
    RECV(fd, 10, 0);
    CALL(close(fd));
    CALL(close(other));
}
