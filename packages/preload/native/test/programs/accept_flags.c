/* accept_flags.c: what an accepted socket inherits, and what it does not. */
#include "harness.h"

static void show(int fd) {
    say("  descriptor flags %d, nonblocking %d", fcntl(fd, F_GETFD), (fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
    OPTION(fd, SOL_SOCKET, SO_REUSEADDR);
    OPTION(fd, SOL_SOCKET, SO_KEEPALIVE);
    OPTION(fd, SOL_SOCKET, SO_LINGER);
    OPTION(fd, SOL_SOCKET, SO_RCVTIMEO);
    OPTION(fd, SOL_SOCKET, SO_ACCEPTCONN);
    OPTION(fd, SOL_SOCKET, SO_PRIORITY);
    OPTION(fd, IPPROTO_TCP, TCP_NODELAY);
    OPTION(fd, IPPROTO_TCP, TCP_KEEPIDLE);
    OPTION(fd, IPPROTO_TCP, TCP_USER_TIMEOUT);
    OPTION(fd, IPPROTO_IP, IP_TOS);
    OPTION(fd, IPPROTO_IP, IP_TTL);
    close(fd);
}

int main(void) {
    int listener = (int)MUST(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    struct linger linger = {.l_onoff = 1, .l_linger = 7};
    struct timeval timeout = {.tv_sec = 3};
    CALL(set_int(listener, SOL_SOCKET, SO_REUSEADDR, 1));
    CALL(set_int(listener, SOL_SOCKET, SO_KEEPALIVE, 1));
    CALL(set_int(listener, SOL_SOCKET, SO_PRIORITY, 3));
    CALL(setsockopt(listener, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
    CALL(setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout));
    CALL(set_int(listener, IPPROTO_TCP, TCP_NODELAY, 1));
    CALL(set_int(listener, IPPROTO_TCP, TCP_KEEPIDLE, 77));
    CALL(set_int(listener, IPPROTO_TCP, TCP_USER_TIMEOUT, 5000));
    CALL(set_int(listener, IPPROTO_IP, IP_TOS, 0x10));
    CALL(set_int(listener, IPPROTO_IP, IP_TTL, 33));
    MUST(bind(listener, AT4("127.0.0.1", 7000)));
    MUST(listen(listener, 10));
    CALL(accept(listener, NULL, NULL));

    for (int i = 0; i < 3; i++)
        MUST(connect((int)MUST(socket(AF_INET, SOCK_STREAM, 0)), AT4("127.0.0.1", 7000)));
    settle(listener, POLLIN);
    show((int)CALL(accept(listener, NULL, NULL)));
    show((int)CALL(accept4(listener, NULL, NULL, SOCK_NONBLOCK)));
    CALL(accept4(listener, NULL, NULL, 0x40));
    show((int)CALL(accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)));
    CALL(accept4(listener, NULL, NULL, 0));
}
