/* accept_backlog_full.c: more connections than the backlog holds; a nonblocking connect(2) is under way all the same.
 * When the one too many becomes ready differs: docs/limits.md. */
#include "harness.h"

enum { CLIENTS = 3 };

int main(void) {
    int listener = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    MUST(bind(listener, AT4("127.0.0.1", 7000)));
    MUST(listen(listener, 1));

    int clients[CLIENTS];
    for (int i = 0; i < CLIENTS; i++) {
        clients[i] = (int)MUST(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
        CALL(connect(clients[i], AT4("127.0.0.1", 7000)));
    }
    POLL(clients[0]);
    POLL(clients[1]);
    NAMES(clients[0]);

    MUST(accept(listener, NULL, NULL));
    MUST(accept(listener, NULL, NULL));
    settle(clients[CLIENTS - 1], POLLOUT);
    for (int i = 0; i < CLIENTS; i++) {
        OPTION(clients[i], SOL_SOCKET, SO_ERROR);
        CALL(send(clients[i], "x", 1, 0));
    }
    int last = (int)TRY(accept(listener, NULL, NULL));
    READ(last, 10);
}
