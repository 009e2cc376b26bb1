/* bind_v6_mapped.c: IPv4 through IPv6 sockets. */
#include "harness.h"

static void serve(const char *text, const char *ip, bool v6only) {
    /* A port of its own each time: a connection that ended keeps the old one for a while. */
    static int port = 7000;
    port++;
    say("%s%s", text, v6only ? ", V6ONLY" : "");
    int listener = (int)MUST(socket(AF_INET6, SOCK_STREAM, 0));
    OPTION(listener, IPPROTO_IPV6, IPV6_V6ONLY);
    if (v6only)
        CALL(set_int(listener, IPPROTO_IPV6, IPV6_V6ONLY, 1));
    CALL(bind(listener, AT6(ip, port)));
    CALL(set_int(listener, IPPROTO_IPV6, IPV6_V6ONLY, 1));
    CALL(listen(listener, 5));
    NAMES(listener);

    int client4 = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    if (CALL(connect(client4, AT4("127.0.0.1", port))) == 0) {
        int server = (int)MUST(accept(listener, NULL, NULL));
        NAMES(client4);
        NAMES(server);
        close(server);
    }
    int client6 = (int)MUST(socket(AF_INET6, SOCK_STREAM, 0));
    if (CALL(connect(client6, AT6("::1", port))) == 0) {
        int server = (int)MUST(accept(listener, NULL, NULL));
        NAMES(client6);
        NAMES(server);
        close(server);
    }
    close(client4);
    close(client6);
    close(listener);
}

int main(void) {
    serve("all addresses", "::", false);
    serve("all addresses", "::", true);
    serve("all IPv4 addresses", "::ffff:0.0.0.0", false);
    serve("one IPv4 address", "::ffff:127.0.0.1", false);
    serve("one IPv4 address", "::ffff:127.0.0.1", true);

    say("an IPv6 client of an IPv4 server");
    int listener = listener_on(AF_INET, 7000);
    int client = (int)MUST(socket(AF_INET6, SOCK_STREAM, 0));
    CALL(connect(client, AT6("::ffff:127.0.0.1", 7000)));
    NAMES(client);
    int server = (int)MUST(accept(listener, NULL, NULL));
    NAMES(server);
    CALL(write(client, "mapped", 6));
    READ(server, 10);

    say("V6ONLY keeps IPv4 out of a client too");
    int strict = (int)MUST(socket(AF_INET6, SOCK_STREAM, 0));
    CALL(set_int(strict, IPPROTO_IPV6, IPV6_V6ONLY, 1));
    CALL(connect(strict, AT6("::ffff:127.0.0.1", 7000)));
    CALL(connect(strict, AT4("127.0.0.1", 7000)));
}
