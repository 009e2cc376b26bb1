/* udp_refused.c: nobody is there: a connected socket is told by its next call, another is not told. */
#include "harness.h"

static void ask(int family) {
    int client = (int)MUST(socket(family, SOCK_DGRAM, 0));
    MUST(connect(client, LOCAL(family, 7000)));
    CALL(send(client, "x", 1, 0));
    settle(client, POLLERR);
    CALL(send(client, "x", 1, 0));
    say("told by recv(2)");
    CALL(send(client, "x", 1, 0));
    settle(client, POLLERR);
    RECV(client, 10, 0);
    RECV(client, 10, MSG_DONTWAIT);
    say("told by SO_ERROR");
    CALL(send(client, "x", 1, 0));
    settle(client, POLLERR);
    OPTION(client, SOL_SOCKET, SO_ERROR);
    OPTION(client, SOL_SOCKET, SO_ERROR);
    NAMES(client);

    say("then somebody comes");
    int server = udp_on(family, 7000);
    CALL(send(client, "hello", 5, 0));
    RECVFROM(server, 10, 0);
    MUST(close(server));
    close(client);

    say("not connected");
    client = (int)MUST(socket(family, SOCK_DGRAM, 0));
    for (int i = 0; i < 3; i++)
        CALL(sendto(client, "x", 1, 0, LOCAL(family, 7000)));
    RECV(client, 10, MSG_DONTWAIT);
    OPTION(client, SOL_SOCKET, SO_ERROR);
    NAMES(client);
    close(client);
}

int main(void) {
    say("IPv4");
    ask(AF_INET);
    say("IPv6");
    ask(AF_INET6);
}
