/* bind_after_close.c: when an address is free again. */
#include "harness.h"

static int attempt(bool reuse) {
    int fd = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    MUST(set_int(fd, SOL_SOCKET, SO_REUSEADDR, reuse));
    CALL(bind(fd, AT4("127.0.0.1", 7000)));
    return fd;
}

int main(void) {
    for (int round = 0; round < 3; round++)
        CALL(close(attempt(false)));

    say("a listener without connections");
    int listener = attempt(false);
    CALL(listen(listener, 1));
    CALL(close(listener));
    listener = attempt(false);
    CALL(listen(listener, 1));

    say("a listener is gone, a connection of it lives");
    int client = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    CALL(connect(client, AT4("127.0.0.1", 7000)));
    int server = (int)CALL(accept(listener, NULL, NULL));
    CALL(close(listener));
    CALL(close(attempt(false)));
    CALL(close(attempt(true)));
    CALL(set_int(server, SOL_SOCKET, SO_REUSEADDR, 1));
    int second = attempt(true);
    CALL(listen(second, 1));
    CALL(write(client, "still", 5));
    settle(server, POLLIN);
    READ(server, 10);
    int other = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    CALL(connect(other, AT4("127.0.0.1", 7000)));
    TRY(accept(second, NULL, NULL));

    say("UDP");
    for (int round = 0; round < 3; round++) {
        int fd = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
        CALL(bind(fd, AT4("127.0.0.1", 7000)));
        CALL(close(fd));
    }
}
