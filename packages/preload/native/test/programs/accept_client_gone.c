/* accept_client_gone.c: a client connects, speaks and leaves before anybody accepts. */
#include "harness.h"

int main(void) {
    int listener = listener_on(AF_INET, 7000);
    int client = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    MUST(connect(client, AT4("127.0.0.1", 7000)));
    MUST(write(client, "gone", 4));
    NAMES(client);
    CALL(close(client));
    settle(listener, POLLIN);

    struct sockaddr_in peer;
    socklen_t length = sizeof peer;
    int server = (int)CALL(accept(listener, (struct sockaddr *)&peer, &length));
    say("from %s", address_text(&peer, length));
    settle(server, POLLRDHUP);
    NAMES(server);
    POLL(server);
    READ(server, 10);
    READ(server, 10);
    CALL(write(server, "?", 1));

    say("and one that leaves with a reset");
    client = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    struct linger linger = {.l_onoff = 1};
    MUST(setsockopt(client, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
    MUST(connect(client, AT4("127.0.0.1", 7000)));
    CALL(close(client));
    settle(listener, POLLIN);
    server = (int)TRY(accept(listener, NULL, NULL));
    READ(server, 10);
    READ(server, 10);
}
