/* data_nonblocking_fill.c: a sender that fills the connection, and is told when there is room again. */
#include "harness.h"

int main(void) {
    static char block[4096];
    struct pair pair = tcp_pair(AF_INET);
    MUST(fcntl(pair.client, F_SETFL, O_NONBLOCK));
    size_t sent = 0;
    ssize_t length;
    /* Until there is no room, and no acknowledgement on the way that makes some. */
    do {
        while ((length = send(pair.client, block, sizeof block, 0)) > 0)
            sent += (size_t)length;
        struct pollfd writable = {.fd = pair.client, .events = POLLOUT};
        length = poll(&writable, 1, 200);
    } while (length > 0);
    say("more than 64 KiB fit: %d", sent > 65536);
    POLL(pair.client);

    size_t received = 0;
    while (received < sent && (length = recv(pair.server, block, sizeof block, 0)) > 0)
        received += (size_t)length;
    say("everything arrived: %d", received == sent);
    settle(pair.client, POLLOUT);
    POLL(pair.client);
    CALL(send(pair.client, "x", 1, 0));
    RECV(pair.server, 10, 0);
}
