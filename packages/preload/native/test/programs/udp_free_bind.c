/* udp_free_bind.c: IP_FREEBIND and IPV6_FREEBIND: bind(2) to an address that the host does not have. */
#include "harness.h"

#ifndef IPV6_FREEBIND
#define IPV6_FREEBIND 78
#endif

static int level, option;

static void show(int family, int type, const char *ip, const char *other) {
    int port = 7000;
    int fd = (int)MUST(socket(family, type, 0));
    int second = (int)MUST(socket(family, type, 0));
    say("%s %s", family == AF_INET ? "IPv4" : "IPv6", type == SOCK_STREAM ? "TCP" : "UDP");
    const struct sockaddr *address = family == AF_INET ? address4(ip, port) : address6(ip, port);
    const struct sockaddr *another = family == AF_INET ? address4(other, port) : address6(other, port);
    CALL(bind(fd, address, local_length(family)));
    NAMES(fd);
    CALL(set_int(fd, level, option, 1));
    OPTION(fd, level, option);
    CALL(bind(fd, address, local_length(family)));
    NAMES(fd);
    CALL(bind(fd, another, local_length(family)));

    say("another on the same address and port");
    MUST(set_int(second, level, option, 1));
    CALL(bind(second, address, local_length(family)));
    CALL(bind(second, another, local_length(family)));
    NAMES(second);

    say("another on the port alone");
    int third = (int)MUST(socket(family, type, 0));
    CALL(bind(third, family == AF_INET ? address4("0.0.0.0", port) : address6("::", port), local_length(family)));
    CALL(bind(third, LOCAL(family, port)));
    NAMES(third);
    if (type == SOCK_STREAM)
        CALL(listen(fd, 5));
    OPTION(fd, SOL_SOCKET, SO_ACCEPTCONN);
    MUST(close(third));
    MUST(close(second));
    MUST(close(fd));
    fd = (int)MUST(socket(family, type, 0));
    say("and again, without the option");
    CALL(bind(fd, address, local_length(family)));
    MUST(close(fd));
}

static void show_ephemeral(void) {
    int fd = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    MUST(set_int(fd, IPPROTO_IP, IP_FREEBIND, 1));
    CALL(bind(fd, AT4("192.0.2.1", 0)));
    NAMES(fd);
    MUST(close(fd));
}

/* What the receiver sees of a sender at such an address. */
static void show_sending(void) {
    int receiver = udp_on(AF_INET, 7001), dual = (int)MUST(socket(AF_INET6, SOCK_DGRAM, 0)), fd = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    MUST(bind(dual, AT6("::", 7002)));
    MUST(set_int(fd, IPPROTO_IP, IP_FREEBIND, 1));
    MUST(bind(fd, AT4("127.255.1.1", 7000)));
    say("from another address of the loopback");
    CALL(sendto(fd, "hello", 5, 0, AT4("127.0.0.1", 7001)));
    RECVFROM(receiver, 10, 0);
    CALL(sendto(fd, "hello", 5, 0, AT4("127.0.0.1", 7002)));
    RECVFROM(dual, 10, 0);
    MUST(close(fd));
    fd = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    MUST(set_int(fd, IPPROTO_IP, IP_FREEBIND, 1));
    MUST(bind(fd, AT4("192.0.2.1", 7000)));
    say("from an address that leads nowhere");
    CALL(sendto(fd, "hello", 5, 0, AT4("127.0.0.1", 7001)));
    CALL(connect(fd, AT4("127.0.0.1", 7001)));
    CALL(sendto(receiver, "back", 4, 0, AT4("192.0.2.1", 7000)));
    MUST(close(fd));
    fd = (int)MUST(socket(AF_INET6, SOCK_DGRAM, 0));
    MUST(set_int(fd, IPPROTO_IPV6, IPV6_FREEBIND, 1));
    MUST(bind(fd, AT6("2001:db8::1", 7000)));
    CALL(sendto(fd, "hello", 5, 0, AT6("::1", 7002)));
    show_recvfrom("dual", dual, 10, MSG_DONTWAIT, "MSG_DONTWAIT");
    CALL(sendto(dual, "back", 4, 0, AT6("2001:db8::1", 7000)));
    MUST(close(fd));
    fd = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    MUST(set_int(fd, IPPROTO_IP, IP_FREEBIND, 1));
    MUST(bind(fd, AT4("192.0.2.1", 7000)));
    CALL(connect(fd, AT4("127.0.0.1", 7001)));
    MUST(close(fd));
    MUST(close(dual));
    MUST(close(receiver));
}

/* With an address of the other family's option. */
static void show_other_option(void) {
    int fd = (int)MUST(socket(AF_INET6, SOCK_DGRAM, 0));
    say("one option for both families");
    CALL(set_int(fd, IPPROTO_IP, IP_FREEBIND, 1));
    OPTION(fd, IPPROTO_IPV6, IPV6_FREEBIND);
    CALL(bind(fd, AT6("2001:db8::1", 7000)));
    NAMES(fd);
    MUST(close(fd));
    fd = (int)MUST(socket(AF_INET6, SOCK_DGRAM, 0));
    CALL(set_int(fd, IPPROTO_IPV6, IPV6_FREEBIND, 1));
    OPTION(fd, IPPROTO_IP, IP_FREEBIND);
    CALL(bind(fd, AT6("::ffff:192.0.2.1", 7000)));
    NAMES(fd);
    MUST(close(fd));
}

int main(void) {
    level = IPPROTO_IP;
    option = IP_FREEBIND;
    show(AF_INET, SOCK_DGRAM, "192.0.2.1", "192.0.2.2");
    show(AF_INET, SOCK_STREAM, "192.0.2.1", "192.0.2.2");
    level = IPPROTO_IPV6;
    option = IPV6_FREEBIND;
    show(AF_INET6, SOCK_DGRAM, "2001:db8::1", "2001:db8::2");
    show(AF_INET6, SOCK_STREAM, "2001:db8::1", "2001:db8::2");
    show_ephemeral();
    show_sending();
    show_other_option();
}
