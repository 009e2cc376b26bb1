/* accept_lengths.c: accept(2) and the buffer for the peer's address. */
#include "harness.h"

static void accept_with(int family, int given) {
    int listener = listener_on(family, 0);
    int client = (int)MUST(socket(family, SOCK_STREAM, 0));
    MUST(connect(client, LOCAL(family, port_of(listener))));
    unsigned char buffer[160];
    memset(buffer, 0xEE, sizeof buffer);
    socklen_t length = (socklen_t)given;
    errno = 0;
    int server = accept(listener, (struct sockaddr *)buffer, &length);
    size_t written = sizeof buffer;
    while (written > 0 && buffer[written - 1] == 0xEE)
        written--;
    say("accept with %d bytes %s %s, length %d, family %d, wrote %s than given", given,
        server == -1 ? "fails" : "succeeds", error_name(errno), (int)length, written >= 2 ? buffer[0] : -1,
        (int)written <= given || given < 0 ? "no more" : "MORE");
    if (server == -1) {
        MUST(fcntl(listener, F_SETFL, O_NONBLOCK));
        TRY(accept(listener, NULL, NULL));
    } else {
        say("the address is %s", address_text(buffer, (socklen_t)written < length ? 0 : length));
        close(server);
    }
    close(client);
    close(listener);
}

int main(void) {
    static const int lengths[] = {0, 1, 2, 8, 15, 16, 17, 27, 28, 128, -1};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        accept_with(AF_INET, lengths[i]);
        accept_with(AF_INET6, lengths[i]);
    }
    int listener = listener_on(AF_INET, 0);
    MUST(connect((int)MUST(socket(AF_INET, SOCK_STREAM, 0)), AT4("127.0.0.1", port_of(listener))));
    struct sockaddr_storage address;
    CALL(accept(listener, (struct sockaddr *)&address, NULL));
}
