/* udp_connected.c: a connected and an unconnected socket side by side. */
#include "harness.h"

static void talk(int family) {
    int server = udp_on(family, 7000);
    int other = udp_on(family, 7001);
    int client = udp_on(family, 7002);
    CALL(connect(client, LOCAL(family, 7000)));
    NAMES(client);
    CALL(send(client, "to the peer", 11, 0));
    RECVFROM(server, 100, 0);
    CALL(write(client, "written", 7));
    RECVFROM(server, 100, 0);
    CALL(sendto(client, "to another", 10, 0, LOCAL(family, 7001)));
    RECVFROM(other, 100, 0);
    CALL(sendto(client, "to the peer by name", 19, 0, LOCAL(family, 7000)));
    RECVFROM(server, 100, 0);

    say("only the peer is heard");
    CALL(sendto(other, "unwanted", 8, 0, LOCAL(family, 7002)));
    CALL(sendto(server, "wanted", 6, 0, LOCAL(family, 7002)));
    settle(client, POLLIN);
    RECVFROM(client, 100, 0);
    RECV(client, 100, MSG_DONTWAIT);

    say("what came before connect(2) stays");
    CALL(connect(client, LOCAL(family, 7001)));
    NAMES(client);
    CALL(sendto(other, "early", 5, 0, LOCAL(family, 7002)));
    settle(client, POLLIN);
    CALL(connect(client, LOCAL(family, 7000)));
    RECVFROM(client, 100, 0);
    CALL(sendto(other, "late", 4, 0, LOCAL(family, 7002)));
    RECV(client, 100, MSG_DONTWAIT);

    say("without a peer again");
    struct sockaddr nowhere = {.sa_family = AF_UNSPEC};
    CALL(connect(client, &nowhere, sizeof nowhere));
    CALL(sendto(other, "heard", 5, 0, LOCAL(family, 7002)));
    settle(client, POLLIN);
    RECVFROM(client, 100, 0);

    say("with a peer that has no port");
    CALL(connect(client, LOCAL(family, 0)));
    NAMES(client);
    CALL(connect(client, LOCAL(family, 7000)));
    NAMES(client);
    close(server);
    close(other);
    close(client);
}

int main(void) {
    say("IPv4");
    talk(AF_INET);
    say("IPv6");
    talk(AF_INET6);
}
