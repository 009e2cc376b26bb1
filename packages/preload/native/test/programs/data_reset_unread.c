/* data_reset_unread.c: what a reset leaves of a connection whose last data nobody has read yet. */
#include "harness.h"

int main(void) {
    struct pair pair = tcp_pair(AF_INET);
    struct linger linger = {.l_onoff = 1};
    MUST(setsockopt(pair.client, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
    MUST(write(pair.client, "unread", 6));
    settle(pair.server, POLLIN);
    CALL(close(pair.client));
    settle(pair.server, POLLERR);
    NAMES(pair.server);
    RECV(pair.server, 3, MSG_PEEK);
    RECV(pair.server, 3, 0);
    NAMES(pair.server);
    RECV(pair.server, 10, 0);
    RECV(pair.server, 10, 0);
    RECV(pair.server, 10, 0);
}
