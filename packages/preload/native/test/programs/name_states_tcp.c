/* name_states_tcp.c: the names of a TCP socket from its first moment to its last. */
#include "harness.h"

static void walk(int family, const char *any) {
    int listener = (int)MUST(socket(family, SOCK_STREAM, 0));
    NAMES(listener);
    CALL(family == AF_INET ? bind(listener, AT4(any, 7000)) : bind(listener, AT6(any, 7000)));
    NAMES(listener);
    CALL(listen(listener, 5));
    NAMES(listener);

    int client = (int)MUST(socket(family, SOCK_STREAM, 0));
    CALL(connect(client, LOCAL(family, 7000)));
    NAMES(client);
    int server = (int)MUST(accept(listener, NULL, NULL));
    NAMES(server);
    NAMES(listener);

    CALL(shutdown(client, SHUT_WR));
    NAMES(client);
    settle(server, POLLIN);
    NAMES(server);
    CALL(shutdown(server, SHUT_WR));
    settle(client, POLLIN);
    NAMES(client);
    CALL(close(server));
    READ(client, 10);
    NAMES(client);
    CALL(close(client));
    CALL(close(listener));

    int refused = (int)MUST(socket(family, SOCK_STREAM, 0));
    CALL(connect(refused, LOCAL(family, 7999)));
    NAMES(refused);
    CALL(close(refused));
}

int main(void) {
    say("IPv4, one address");
    walk(AF_INET, "127.0.0.1");
    say("IPv4, all addresses");
    walk(AF_INET, "0.0.0.0");
    say("IPv6, one address");
    walk(AF_INET6, "::1");
    say("IPv6, all addresses");
    walk(AF_INET6, "::");
}
