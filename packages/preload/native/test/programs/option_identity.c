/* option_identity.c: what a socket says it is. */
#include "harness.h"

static void identity(int fd) {
    OPTION(fd, SOL_SOCKET, SO_DOMAIN);
    OPTION(fd, SOL_SOCKET, SO_TYPE);
    OPTION(fd, SOL_SOCKET, SO_PROTOCOL);
    OPTION(fd, SOL_SOCKET, SO_ACCEPTCONN);
    int value;
    socklen_t length = sizeof value;
    CALL(setsockopt(fd, SOL_SOCKET, SO_TYPE, &value, sizeof value));
    /* Of a Unix socket, these tell about the peer. */
    struct ucred credentials;
    length = sizeof credentials;
    CALL(getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &length));
    say("pid %d", (int)credentials.pid);
    CALL(getsockopt(fd, SOL_SOCKET, SO_PASSCRED, &value, &length));
    struct sockaddr_storage name;
    length = sizeof name;
    int result = getsockopt(fd, SOL_SOCKET, SO_PEERNAME, &name, &length);
    say("SO_PEERNAME = %d %s", result, result == 0 ? address_text(&name, length) : error_name(errno));
    uint64_t cookie = 0;
    length = sizeof cookie;
    CALL(getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &length));
    say("a cookie: %d", cookie != 0);
}

int main(void) {
    int listener = listener_on(AF_INET, 7000);
    identity(listener);
    struct pair four = tcp_pair(AF_INET);
    identity(four.client);
    identity(four.server);
    identity(tcp_pair(AF_INET6).server);
    identity(udp_pair(AF_INET).client);
    identity(udp_on(AF_INET6, 7001));
}
