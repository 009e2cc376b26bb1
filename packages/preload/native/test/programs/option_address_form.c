/* option_address_form.c: IPV6_ADDRFORM makes an IPv4 socket of an IPv6 one that is connected to a mapped address: ipv6(7). */
#include "harness.h"

static void show_form(int fd) {
    NAMES(fd);
    OPTION(fd, SOL_SOCKET, SO_DOMAIN);
    OPTION(fd, IPPROTO_IPV6, IPV6_ADDRFORM);
    OPTION(fd, IPPROTO_IPV6, IPV6_V6ONLY);
    OPTION(fd, IPPROTO_IP, IP_TTL);
}

static void change(int fd) {
    show_form(fd);
    CALL(set_int(fd, IPPROTO_IPV6, IPV6_ADDRFORM, AF_INET6));
    CALL(set_int(fd, IPPROTO_IPV6, IPV6_ADDRFORM, AF_UNIX));
    CALL(set_int(fd, IPPROTO_IPV6, IPV6_ADDRFORM, AF_INET));
    show_form(fd);
    CALL(set_int(fd, IPPROTO_IPV6, IPV6_ADDRFORM, AF_INET));
}

static void show_udp(void) {
    say("UDP");
    int peer = udp_on(AF_INET, 7000), fd = (int)MUST(socket(AF_INET6, SOCK_DGRAM, 0));
    say("not connected");
    change(fd);
    say("connected over IPv6");
    CALL(connect(fd, AT6("::1", 7001)));
    CALL(set_int(fd, IPPROTO_IPV6, IPV6_ADDRFORM, AF_INET));
    MUST(close(fd));
    fd = (int)MUST(socket(AF_INET6, SOCK_DGRAM, 0));
    say("connected over IPv4");
    MUST(bind(fd, AT6("::ffff:127.0.0.1", 7002)));
    CALL(connect(fd, AT6("::ffff:127.0.0.1", 7000)));
    change(fd);
    CALL(send(fd, "hello", 5, 0));
    RECVFROM(peer, 10, 0);
    CALL(sendto(peer, "back", 4, 0, AT4("127.0.0.1", 7002)));
    RECVFROM(fd, 10, 0);
    CALL(sendto(fd, "again", 5, 0, AT4("127.0.0.1", 7000)));
    RECVFROM(peer, 10, 0);
    CALL(sendto(fd, "six", 3, 0, AT6("::ffff:127.0.0.1", 7000)));
    MUST(close(fd));
    MUST(close(peer));
}

static void show_tcp(void) {
    say("TCP");
    int listener = listener_on(AF_INET, 7003), fd = (int)MUST(socket(AF_INET6, SOCK_STREAM, 0));
    CALL(set_int(fd, IPPROTO_IPV6, IPV6_ADDRFORM, AF_INET));
    CALL(connect(fd, AT6("::ffff:127.0.0.1", 7003)));
    int accepted = (int)MUST(accept(listener, NULL, NULL));
    change(fd);
    CALL(send(fd, "hello", 5, 0));
    RECV(accepted, 10, 0);
    MUST(close(fd));
    READ(accepted, 10);
    MUST(close(accepted));
    MUST(close(listener));
}

int main(void) {
    show_udp();
    show_tcp();
}
