/* option_unknown.c: options that are none, and values that cannot be. */
#include "harness.h"

static void ask(int fd, int level, int option) {
    int value = 1;
    socklen_t length = sizeof value;
    errno = 0;
    int got = getsockopt(fd, level, option, &value, &length);
    int get_error = errno;
    errno = 0;
    int set = setsockopt(fd, level, option, &value, sizeof value);
    say("level %d, option %d: get = %d %s, set = %d %s", level, option, got, error_name(get_error), set,
        error_name(errno));
}

int main(void) {
    int fds[] = {(int)MUST(socket(AF_INET, SOCK_STREAM, 0)), (int)MUST(socket(AF_INET6, SOCK_STREAM, 0)),
                 (int)MUST(socket(AF_INET, SOCK_DGRAM, 0))};
    static const int levels[] = {SOL_SOCKET, IPPROTO_TCP, IPPROTO_UDP, 250};
    for (size_t f = 0; f < sizeof fds / sizeof fds[0]; f++)
        for (size_t l = 0; l < sizeof levels / sizeof levels[0]; l++) {
            ask(fds[f], levels[l], 12345);
            ask(fds[f], levels[l], -1);
        }
    ask(fds[0], IPPROTO_IP, 12345);
    ask(fds[0], IPPROTO_IPV6, IPV6_V6ONLY);
    ask(fds[1], IPPROTO_IPV6, 12345);
    ask(fds[0], IPPROTO_TCP, 1000);

    say("values that cannot be");
    CALL(set_int(fds[0], IPPROTO_IP, IP_TTL, 0));
    CALL(set_int(fds[0], IPPROTO_IP, IP_TTL, 256));
    CALL(set_int(fds[0], IPPROTO_IP, IP_TTL, -1));
    CALL(set_int(fds[1], IPPROTO_IPV6, IPV6_UNICAST_HOPS, 256));
    CALL(set_int(fds[0], IPPROTO_TCP, TCP_KEEPIDLE, 0));
    CALL(set_int(fds[0], IPPROTO_TCP, TCP_KEEPCNT, 1000));
    CALL(set_int(fds[0], IPPROTO_TCP, TCP_MAXSEG, 1));
    CALL(set_int(fds[0], IPPROTO_TCP, TCP_USER_TIMEOUT, -1));
    CALL(set_int(fds[0], IPPROTO_TCP, TCP_NODELAY, 77));
    OPTION(fds[0], IPPROTO_TCP, TCP_NODELAY);
    CALL(set_int(fds[0], SOL_SOCKET, SO_REUSEADDR, 77));
    OPTION(fds[0], SOL_SOCKET, SO_REUSEADDR);
    CALL(set_int(fds[0], SOL_SOCKET, SO_KEEPALIVE, -5));
    OPTION(fds[0], SOL_SOCKET, SO_KEEPALIVE);
}
