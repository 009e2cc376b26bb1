/* udp_mapped_source.c: which address a datagram comes from that a socket of both families sends over either of them. */
#include "show_control.h"

enum { SERVER = 7000, CLIENT = 7001 };

static int on_all(int port) {
    int fd = (int)MUST(socket(AF_INET6, SOCK_DGRAM, 0));
    MUST(bind(fd, AT6("::", port)));
    return fd;
}

static void ask_for_all(int fd) {
    MUST(set_int(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1));
    MUST(set_int(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1));
}

/* Sends over IPv4, over IPv6 and over IPv4 again before anything is read. */
static void send_both_ways(int from, int to) {
    CALL(sendto(from, "mapped", 6, 0, AT6("::ffff:127.0.0.1", SERVER)));
    CALL(sendto(from, "plain", 5, 0, AT6("::1", SERVER)));
    CALL(sendto(from, "mapped again", 12, 0, AT6("::ffff:127.0.0.1", SERVER)));
    for (int i = 0; i < 3; i++) {
        settle(to, POLLIN);
        RECVFROM(to, 20, 0);
    }
}

/* More senders than the receiver could keep apart by a few bits, each over both families by turns, all before anything is read. */
static void send_many(void) {
    enum { SENDERS = 24 };
    int server = on_all(SERVER), senders[SENDERS];
    say("many senders");
    for (int i = 0; i < SENDERS; i++) {
        senders[i] = on_all(CLIENT + 1 + i);
        MUST(sendto(senders[i], "a", 1, 0, AT6(i % 3 == 0 ? "::1" : "::ffff:127.0.0.1", SERVER)));
    }
    for (int i = 0; i < SENDERS; i++)
        MUST(sendto(senders[i], "b", 1, 0, AT6(i % 2 == 0 ? "::1" : "::ffff:127.0.0.1", SERVER)));
    for (int i = 0; i < 2 * SENDERS; i++) {
        settle(server, POLLIN);
        RECVFROM(server, 5, 0);
    }
    for (int i = 0; i < SENDERS; i++)
        MUST(close(senders[i]));
    MUST(close(server));
}

/* Asks, and is answered at the address that the server has seen. */
static void ask(const char *ip, bool is_connected) {
    struct sockaddr_in6 source;
    socklen_t length = sizeof source;
    char byte;
    int server = on_all(SERVER), client = on_all(CLIENT);
    say("to %s%s", ip, is_connected ? ", connected" : "");
    if (is_connected)
        CALL(connect(client, AT6(ip, SERVER)));
    NAMES(client);
    CALL(sendto(client, "?", 1, 0, AT6(ip, SERVER)));
    CALL(recvfrom(server, &byte, 1, 0, (struct sockaddr *)&source, &length));
    say("from %s", address_text(&source, length));
    CALL(sendto(server, "!", 1, 0, (struct sockaddr *)&source, length));
    RECVFROM(client, 20, 0);
    MUST(close(client));
    MUST(close(server));
}

static void show_receivers(void) {
    int client = on_all(CLIENT), fresh = (int)MUST(socket(AF_INET6, SOCK_DGRAM, 0));
    int server = on_all(SERVER);
    say("bound to all addresses");
    send_both_ways(client, server);
    say("bound by its first datagram");
    send_both_ways(fresh, server);
    say("with control messages");
    ask_for_all(server);
    CALL(sendto(client, "mapped", 6, 0, AT6("::ffff:127.0.0.1", SERVER)));
    CALL(sendto(client, "plain", 5, 0, AT6("::1", SERVER)));
    CALL(sendto(fresh, "mapped", 6, 0, AT6("::ffff:127.0.0.1", SERVER)));
    CALL(sendto(fresh, "plain", 5, 0, AT6("::1", SERVER)));
    for (int i = 0; i < 4; i++) {
        settle(server, POLLIN);
        show_message(server, 0, 256);
    }
    MUST(close(server));

    say("to one of IPv6 alone");
    int six = udp_on(AF_INET6, SERVER);
    CALL(sendto(client, "plain", 5, 0, AT6("::1", SERVER)));
    RECVFROM(six, 20, 0);
    CALL(sendto(fresh, "plain", 5, 0, AT6("::1", SERVER)));
    RECVFROM(six, 20, 0);
    MUST(close(six));
    six = (int)MUST(socket(AF_INET6, SOCK_DGRAM, 0));
    MUST(set_int(six, IPPROTO_IPV6, IPV6_V6ONLY, 1));
    MUST(bind(six, AT6("::", SERVER)));
    CALL(sendto(fresh, "plain", 5, 0, AT6("::1", SERVER)));
    RECVFROM(six, 20, 0);
    MUST(close(six));

    say("to one of IPv4 alone");
    int four = udp_on(AF_INET, SERVER);
    CALL(sendto(client, "mapped", 6, 0, AT6("::ffff:127.0.0.1", SERVER)));
    RECVFROM(four, 20, 0);
    MUST(close(four));
    int mapped = (int)MUST(socket(AF_INET6, SOCK_DGRAM, 0));
    MUST(bind(mapped, AT6("::ffff:127.0.0.1", SERVER)));
    CALL(sendto(client, "mapped", 6, 0, AT6("::ffff:127.0.0.1", SERVER)));
    RECVFROM(mapped, 20, 0);
    MUST(close(mapped));
    MUST(close(fresh));
    MUST(close(client));
}

int main(void) {
    show_receivers();
    send_many();
    ask("::ffff:127.0.0.1", false);
    ask("::ffff:127.0.0.1", true);
    ask("::1", false);
    ask("::1", true);
}
