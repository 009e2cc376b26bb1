/* connect_own_listener.c: one thread is both ends. */
#include "harness.h"

int main(void) {
    for (int round = 0; round < 3; round++) {
        int listener = listener_on(AF_INET6, 0);
        int client = (int)MUST(socket(AF_INET6, SOCK_STREAM, 0));
        CALL(connect(client, AT6("::1", port_of(listener))));
        CALL(write(client, "early", 5));
        NAMES(client);
        int server = (int)CALL(accept(listener, NULL, NULL));
        NAMES(server);
        READ(server, 10);
        CALL(close(client));
        CALL(close(server));
        CALL(close(listener));
    }
}
