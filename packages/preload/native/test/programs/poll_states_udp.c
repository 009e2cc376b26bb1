/* poll_states_udp.c: what poll(2) says in each state of a UDP socket. */
#include "harness.h"

int main(void) {
    int fresh = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    POLL(fresh);
    MUST(bind(fresh, AT4("127.0.0.1", 7000)));
    POLL(fresh);
    int client = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    MUST(connect(client, AT4("127.0.0.1", 7000)));
    POLL(client);
    MUST(send(client, "", 0, 0));
    settle(fresh, POLLIN);
    POLL(fresh);
    RECV(fresh, 10, 0);
    POLL(fresh);

    say("nobody there");
    MUST(close(fresh));
    CALL(send(client, "x", 1, 0));
    settle(client, POLLERR);
    POLL(client);
    OPTION(client, SOL_SOCKET, SO_ERROR);
    POLL(client);

    say("shut");
    CALL(shutdown(client, SHUT_RD));
    POLL(client);
    RECV(client, 10, 0);
    CALL(shutdown(client, SHUT_WR));
    POLL(client);
    CALL(send(client, "x", 1, MSG_NOSIGNAL));
    int unconnected = udp_on(AF_INET, 7001);
    CALL(shutdown(unconnected, SHUT_RDWR));
    POLL(unconnected);
}
