/* bind_reuseport_spread.c: sockets that share a port share its connections and datagrams. */
#include "harness.h"

enum { SOCKETS = 4, CONNECTIONS = 120, SENDERS = 120 };

static void spread_connections(void) {
    int listeners[SOCKETS];
    for (int i = 0; i < SOCKETS; i++) {
        listeners[i] = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
        MUST(set_int(listeners[i], SOL_SOCKET, SO_REUSEPORT, 1));
        CALL(bind(listeners[i], AT4("127.0.0.1", 7000)));
        MUST(listen(listeners[i], 128));
        MUST(fcntl(listeners[i], F_SETFL, O_NONBLOCK));
    }
    int refused = 0;
    for (int i = 0; i < CONNECTIONS; i++) {
        int client = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
        refused += connect(client, AT4("127.0.0.1", 7000)) == -1;
    }
    int accepted = 0;
    for (int i = 0; i < SOCKETS; i++) {
        int own = 0;
        while (accept(listeners[i], NULL, NULL) != -1)
            own++;
        say("a listener got %s", own == 0 ? "nothing" : own == CONNECTIONS ? "everything" : "its share");
        accepted += own;
    }
    say("%d refused, %d accepted", refused, accepted);

    say("a member that leaves takes nothing with it");
    for (int i = 1; i < SOCKETS; i++)
        close(listeners[i]);
    for (int i = 0; i < 10; i++)
        MUST(connect((int)MUST(socket(AF_INET, SOCK_STREAM, 0)), AT4("127.0.0.1", 7000)));
    accepted = 0;
    while (accept(listeners[0], NULL, NULL) != -1)
        accepted++;
    say("the last one accepted %d", accepted);
}

static void spread_datagrams(void) {
    int receivers[SOCKETS];
    for (int i = 0; i < SOCKETS; i++) {
        receivers[i] = (int)MUST(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0));
        MUST(set_int(receivers[i], SOL_SOCKET, SO_REUSEPORT, 1));
        CALL(bind(receivers[i], AT4("127.0.0.1", 7001)));
    }
    for (int i = 0; i < SENDERS; i++) {
        int sender = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
        /* One sender always meets the same receiver. */
        MUST(sendto(sender, "a", 1, 0, AT4("127.0.0.1", 7001)));
        MUST(sendto(sender, "b", 1, 0, AT4("127.0.0.1", 7001)));
    }
    int received = 0;
    for (int i = 0; i < SOCKETS; i++) {
        int own = 0;
        char byte;
        while (recv(receivers[i], &byte, 1, 0) == 1)
            own++;
        say("a receiver got %s, %s", own == 0 ? "nothing" : own == 2 * SENDERS ? "everything" : "its share",
            own % 2 == 0 ? "in pairs" : "pairs torn apart");
        received += own;
    }
    say("%d received", received);
}

int main(void) {
    spread_connections();
    spread_datagrams();
}
