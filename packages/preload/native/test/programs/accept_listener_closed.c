/* accept_listener_closed.c: a listener goes away while connections wait in it. */
#include "harness.h"

int main(void) {
    int listener = listener_on(AF_INET, 7000);
    int idle = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    int busy = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    CALL(connect(idle, AT4("127.0.0.1", 7000)));
    CALL(connect(busy, AT4("127.0.0.1", 7000)));
    CALL(write(busy, "hello", 5));
    CALL(close(listener));
    settle(idle, POLLIN);
    POLL(idle);
    READ(idle, 10);
    READ(idle, 10);
    POLL(idle);
    settle(busy, POLLIN);
    OPTION(busy, SOL_SOCKET, SO_ERROR);
    OPTION(busy, SOL_SOCKET, SO_ERROR);
    CALL(send(busy, "x", 1, MSG_NOSIGNAL));
    NAMES(busy);
}
