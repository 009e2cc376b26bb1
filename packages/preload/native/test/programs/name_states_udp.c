/* name_states_udp.c: the names of a UDP socket from its first moment to its last. */
#include "harness.h"

static void walk(int family) {
    int server = udp_on(family, 7000);
    int client = (int)MUST(socket(family, SOCK_DGRAM, 0));
    NAMES(client);
    CALL(sendto(client, "a", 1, 0, LOCAL(family, 7000)));
    NAMES(client);
    RECVFROM(server, 10, 0);
    CALL(connect(client, LOCAL(family, 7000)));
    NAMES(client);
    CALL(send(client, "b", 1, 0));
    RECVFROM(server, 10, 0);
    CALL(close(server));
    NAMES(client);
    CALL(close(client));

    int fresh = (int)MUST(socket(family, SOCK_DGRAM, 0));
    CALL(connect(fresh, LOCAL(family, 7999)));
    NAMES(fresh);
    CALL(close(fresh));

    int any = (int)MUST(socket(family, SOCK_DGRAM, 0));
    CALL(family == AF_INET ? bind(any, AT4("0.0.0.0", 7001)) : bind(any, AT6("::", 7001)));
    NAMES(any);
    CALL(connect(any, LOCAL(family, 7999)));
    NAMES(any);
    CALL(close(any));
}

int main(void) {
    say("IPv4");
    walk(AF_INET);
    say("IPv6");
    walk(AF_INET6);
}
