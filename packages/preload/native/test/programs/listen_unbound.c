/* listen_unbound.c: listen(2) where it is unusual. */
#include "harness.h"

int main(void) {
    int unbound = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    CALL(listen(unbound, 5));
    NAMES(unbound);
    OPTION(unbound, SOL_SOCKET, SO_ACCEPTCONN);
    CALL(listen(unbound, 10));
    CALL(listen(unbound, -1));
    CALL(listen(unbound, 0));
    int client = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    CALL(connect(client, AT4("127.0.0.1", port_of(unbound))));
    CALL(close((int)CALL(accept(unbound, NULL, NULL))));
    CALL(connect(unbound, AT4("127.0.0.1", 7000)));
    CALL(bind(unbound, AT4("127.0.0.1", 7000)));
    char byte;
    CALL(recv(unbound, &byte, 1, 0));
    CALL(send(unbound, "x", 1, MSG_NOSIGNAL));

    int unbound6 = (int)MUST(socket(AF_INET6, SOCK_STREAM, 0));
    CALL(listen(unbound6, 5));
    NAMES(unbound6);

    int datagram = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    CALL(listen(datagram, 5));
    CALL(accept(datagram, NULL, NULL));
    struct pair pair = tcp_pair(AF_INET);
    CALL(listen(pair.client, 5));
    CALL(accept(pair.client, NULL, NULL));
    CALL(listen(-1, 5));
    CALL(listen(0, 5));
    CALL(accept(0, NULL, NULL));
    int bound = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    MUST(bind(bound, AT4("127.0.0.1", 7001)));
    CALL(accept(bound, NULL, NULL));

    say("two sockets with SO_REUSEADDR, one port, both listen");
    int first = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    int second = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    MUST(set_int(first, SOL_SOCKET, SO_REUSEADDR, 1));
    MUST(set_int(second, SOL_SOCKET, SO_REUSEADDR, 1));
    CALL(bind(first, AT4("127.0.0.1", 7002)));
    CALL(bind(second, AT4("127.0.0.1", 7002)));
    CALL(listen(first, 1));
    CALL(listen(second, 1));
}
