/* connect_bound.c: clients that chose their own address. */
#include "harness.h"

int main(void) {
    int listener = listener_on(AF_INET, 7000);
    int client = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    CALL(bind(client, AT4("127.0.0.1", 7001)));
    CALL(connect(client, AT4("127.0.0.1", 7000)));
    NAMES(client);
    NAMES((int)MUST(accept(listener, NULL, NULL)));

    int any = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    CALL(bind(any, AT4("0.0.0.0", 7002)));
    CALL(connect(any, AT4("127.0.0.1", 7000)));
    NAMES(any);
    NAMES((int)MUST(accept(listener, NULL, NULL)));

    int some = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    CALL(bind(some, AT4("127.0.0.1", 0)));
    CALL(connect(some, AT4("127.0.0.1", 7000)));
    NAMES(some);
    NAMES((int)MUST(accept(listener, NULL, NULL)));

    say("the same two ends a second time");
    int twin = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    MUST(set_int(client, SOL_SOCKET, SO_REUSEADDR, 1));
    MUST(set_int(twin, SOL_SOCKET, SO_REUSEADDR, 1));
    CALL(bind(twin, AT4("127.0.0.1", 7001)));
    CALL(connect(twin, AT4("127.0.0.1", 7000)));
    NAMES(twin);
    int other = listener_on(AF_INET, 7003);
    CALL(connect(twin, AT4("127.0.0.1", 7003)));
    NAMES((int)MUST(accept(other, NULL, NULL)));

    say("bound to an IPv4 address, connected from IPv6");
    int mapped = (int)MUST(socket(AF_INET6, SOCK_STREAM, 0));
    CALL(bind(mapped, AT6("::ffff:127.0.0.1", 7004)));
    CALL(connect(mapped, AT6("::1", 7000)));
    CALL(connect(mapped, AT6("::ffff:127.0.0.1", 7000)));
    NAMES(mapped);
    int six = (int)MUST(socket(AF_INET6, SOCK_STREAM, 0));
    CALL(bind(six, AT6("::1", 7005)));
    CALL(connect(six, AT6("::ffff:127.0.0.1", 7000)));
}
