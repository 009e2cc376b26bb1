/* connect_disconnect.c: AF_UNSPEC takes a socket off its peer. */
#include "harness.h"

static const struct sockaddr nowhere = {.sa_family = AF_UNSPEC};
#define NOWHERE &nowhere, sizeof nowhere

static void tcp(void) {
    struct pair pair = tcp_pair(AF_INET);
    CALL(connect(pair.client, NOWHERE));
    NAMES(pair.client);
    POLL(pair.client);
    settle(pair.server, POLLIN);
    READ(pair.server, 10);
    READ(pair.server, 10);
    CALL(send(pair.client, "x", 1, MSG_NOSIGNAL));

    say("and on to another");
    int listener = listener_on(AF_INET, 7000);
    CALL(connect(pair.client, AT4("127.0.0.1", 7000)));
    NAMES(pair.client);
    int server = (int)MUST(accept(listener, NULL, NULL));
    CALL(write(pair.client, "again", 5));
    READ(server, 10);

    say("a listener");
    CALL(connect(listener, NOWHERE));
    OPTION(listener, SOL_SOCKET, SO_ACCEPTCONN);
    CALL(connect((int)MUST(socket(AF_INET, SOCK_STREAM, 0)), AT4("127.0.0.1", 7000)));

    say("a socket that has no peer");
    int fresh = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    CALL(connect(fresh, NOWHERE));
    CALL(bind(fresh, AT4("127.0.0.1", 7001)));
    CALL(connect(fresh, NOWHERE));
    NAMES(fresh);
}

static void udp(int family) {
    int server = udp_on(family, 7002);
    int client = (int)MUST(socket(family, SOCK_DGRAM, 0));
    CALL(connect(client, LOCAL(family, 7002)));
    NAMES(client);
    CALL(connect(client, NOWHERE));
    NAMES(client);
    CALL(send(client, "x", 1, 0));
    CALL(sendto(client, "y", 1, 0, LOCAL(family, 7002)));
    RECV(server, 10, 0);
    close(client);

    say("with a port of its own");
    client = udp_on(family, 7003);
    CALL(connect(client, LOCAL(family, 7002)));
    CALL(connect(client, NOWHERE));
    NAMES(client);
    CALL(sendto(server, "z", 1, 0, LOCAL(family, 7003)));
    RECV(client, 10, 0);
    CALL(connect(client, NOWHERE));
    close(client);
    close(server);
}

int main(void) {
    tcp();
    say("UDP over IPv4");
    udp(AF_INET);
    say("UDP over IPv6");
    udp(AF_INET6);
}
