/* socket_unix_untouched.c: sockets of other families are what they always were. */
#include "harness.h"

int main(void) {
    int ends[2];
    CALL(socketpair(AF_INET, SOCK_STREAM, 0, ends));
    CALL(socketpair(AF_INET6, SOCK_DGRAM, 0, ends));
    CALL(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
    NAMES(ends[0]);
    CALL(write(ends[0], "hello", 5));
    READ(ends[1], 10);
    OPTION(ends[0], SOL_SOCKET, SO_DOMAIN);
    OPTION(ends[0], IPPROTO_TCP, TCP_NODELAY);
    CALL(close(ends[0]));
    CALL(close(ends[1]));

    /* A name in the abstract name space, which lives and dies with this network namespace. */
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "\0plain"};
    socklen_t length = offsetof(struct sockaddr_un, sun_path) + 6;
    int listener = (int)CALL(socket(AF_UNIX, SOCK_STREAM, 0));
    CALL(bind(listener, (struct sockaddr *)&address, length));
    CALL(listen(listener, 1));
    int client = (int)CALL(socket(AF_UNIX, SOCK_STREAM, 0));
    CALL(connect(client, (struct sockaddr *)&address, length));
    int server = (int)CALL(accept(listener, NULL, NULL));
    NAMES(client);
    CALL(send(client, "unix", 4, 0));
    RECV(server, 10, 0);
    CALL(close(client));
    READ(server, 10);
    CALL(connect(server, AT4("127.0.0.1", 7000)));
    CALL(bind(server, AT4("127.0.0.1", 7000)));
}
