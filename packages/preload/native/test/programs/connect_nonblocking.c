/* connect_nonblocking.c: a connection made without waiting, and calls that come again. */
#include "harness.h"

int main(void) {
    int listener = listener_on(AF_INET, 7000);
    int fd = (int)MUST(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    CALL(connect(fd, AT4("127.0.0.1", 7000)));
    settle(fd, POLLOUT);
    POLL(fd);
    OPTION(fd, SOL_SOCKET, SO_ERROR);
    NAMES(fd);
    CALL(connect(fd, AT4("127.0.0.1", 7000)));
    CALL(connect(fd, AT4("127.0.0.1", 7000)));
    CALL(connect(fd, AT4("127.0.0.1", 7001)));
    int server = (int)CALL(accept(listener, NULL, NULL));
    RECV(fd, 10, 0);
    CALL(send(server, "hello", 5, 0));
    settle(fd, POLLIN);
    RECV(fd, 10, 0);

    say("data without looking at the answer first");
    fd = (int)MUST(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    CALL(connect(fd, AT4("127.0.0.1", 7000)));
    settle(fd, POLLOUT);
    CALL(send(fd, "x", 1, 0));
    CALL(connect(fd, AT4("127.0.0.1", 7000)));

    say("blocking");
    fd = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    CALL(connect(fd, AT4("127.0.0.1", 7000)));
    CALL(connect(fd, AT4("127.0.0.1", 7000)));
    CALL(connect(fd, AT6("::1", 7000)));

    say("closed before it is looked at");
    fd = (int)MUST(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    CALL(connect(fd, AT4("127.0.0.1", 7000)));
    CALL(close(fd));
}
