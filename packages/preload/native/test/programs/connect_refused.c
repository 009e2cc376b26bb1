/* connect_refused.c: nobody listens. */
#include "harness.h"

static void knock(int family) {
    int fd = (int)MUST(socket(family, SOCK_STREAM, 0));
    CALL(connect(fd, LOCAL(family, 7000)));
    POLL(fd);
    OPTION(fd, SOL_SOCKET, SO_ERROR);
    CALL(send(fd, "x", 1, MSG_NOSIGNAL));
    RECV(fd, 10, 0);

    say("a second attempt on the same socket");
    CALL(connect(fd, LOCAL(family, 7000)));
    int listener = listener_on(family, 7000);
    CALL(connect(fd, LOCAL(family, 7000)));
    TRY(accept(listener, NULL, NULL));
    CALL(connect(fd, LOCAL(family, 7000)));
    CALL(close(fd));
    CALL(close(listener));

    say("bound, but not listening");
    int bound = (int)MUST(socket(family, SOCK_STREAM, 0));
    MUST(bind(bound, LOCAL(family, 7001)));
    fd = (int)MUST(socket(family, SOCK_STREAM, 0));
    CALL(connect(fd, LOCAL(family, 7001)));
    CALL(close(fd));

    say("nonblocking");
    fd = (int)MUST(socket(family, SOCK_STREAM | SOCK_NONBLOCK, 0));
    CALL(connect(fd, LOCAL(family, 7002)));
    settle(fd, POLLOUT);
    POLL(fd);
    OPTION(fd, SOL_SOCKET, SO_ERROR);
    OPTION(fd, SOL_SOCKET, SO_ERROR);
    POLL(fd);
    CALL(connect(fd, LOCAL(family, 7002)));
    settle(fd, POLLOUT);
    CALL(connect(fd, LOCAL(family, 7002)));
    settle(fd, POLLOUT);
    RECV(fd, 10, 0);
    RECV(fd, 10, 0);
    CALL(send(fd, "x", 1, MSG_NOSIGNAL));
    CALL(close(fd));
}

int main(void) {
    say("IPv4");
    knock(AF_INET);
    say("IPv6");
    knock(AF_INET6);
}
