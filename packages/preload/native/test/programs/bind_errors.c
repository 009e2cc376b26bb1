/* bind_errors.c: what bind(2) refuses, and that a refused bind changes nothing. */
#include "harness.h"

static void tcp4(void) {
    int fd = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    CALL(bind(fd, address4("127.0.0.1", 7000), 0));
    CALL(bind(fd, address4("127.0.0.1", 7000), 2));
    CALL(bind(fd, address4("127.0.0.1", 7000), 15));
    CALL(bind(fd, address4("127.0.0.1", 7000), 200));
    CALL(bind(fd, address4("127.0.0.1", 7000), (socklen_t)-1));
    CALL(bind(fd, NULL, 16));
    CALL(bind(fd, AT6("::1", 7000)));
    CALL(bind(fd, AT4("192.0.2.1", 7000)));
    CALL(bind(fd, AT4("8.8.8.8", 0)));
    CALL(bind(fd, AT4("224.0.0.1", 7000)));
    struct sockaddr_in unspecified = {.sin_family = AF_UNSPEC, .sin_port = htons(7000)};
    unspecified.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CALL(bind(fd, (struct sockaddr *)&unspecified, sizeof unspecified));
    NAMES(fd);

    CALL(bind(fd, address4("127.0.0.1", 7000), 28));
    NAMES(fd);
    say("twice");
    CALL(bind(fd, AT4("127.0.0.1", 7000)));
    CALL(bind(fd, AT4("127.0.0.1", 7001)));
    CALL(bind(fd, AT4("0.0.0.0", 0)));
    CALL(bind(fd, AT4("192.0.2.1", 7001)));
    NAMES(fd);
    CALL(close(fd));

    fd = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    unspecified.sin_addr.s_addr = htonl(INADDR_ANY);
    CALL(bind(fd, (struct sockaddr *)&unspecified, sizeof unspecified));
    NAMES(fd);
    CALL(close(fd));
}

static void tcp6(void) {
    int fd = (int)MUST(socket(AF_INET6, SOCK_STREAM, 0));
    CALL(bind(fd, address6("::1", 7000), 16));
    CALL(bind(fd, address6("::1", 7000), 23));
    CALL(bind(fd, AT4("127.0.0.1", 7000)));
    CALL(bind(fd, address4("127.0.0.1", 7000), 28));
    CALL(bind(fd, AT6("2001:db8::1", 7000)));
    CALL(bind(fd, AT6("fe80::1", 7000)));
    CALL(bind(fd, AT6("ff02::1", 7000)));
    CALL(bind(fd, AT6("::ffff:192.0.2.1", 7000)));
    NAMES(fd);
    CALL(bind(fd, address6("::1", 7000), 24));
    NAMES(fd);
    CALL(bind(fd, AT6("::1", 7000)));
    CALL(close(fd));
}

static void udp(void) {
    int fd = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    CALL(bind(fd, AT4("192.0.2.1", 7000)));
    CALL(bind(fd, AT6("::1", 7000)));
    CALL(bind(fd, address4("127.0.0.1", 7000), 8));
    CALL(bind(fd, AT4("127.0.0.1", 7000)));
    CALL(bind(fd, AT4("127.0.0.1", 7001)));
    NAMES(fd);
    CALL(close(fd));
    fd = (int)MUST(socket(AF_INET6, SOCK_DGRAM, 0));
    CALL(bind(fd, AT6("2001:db8::1", 7000)));
    CALL(bind(fd, AT4("127.0.0.1", 7000)));
    CALL(close(fd));
}

int main(void) {
    say("TCP over IPv4");
    tcp4();
    say("TCP over IPv6");
    tcp6();
    say("UDP");
    udp();
    CALL(bind(-1, AT4("127.0.0.1", 7000)));
    CALL(bind(0, AT4("127.0.0.1", 7000)));
    CALL(bind(999, AT4("127.0.0.1", 7000)));
    struct pair pair = tcp_pair(AF_INET);
    CALL(bind(pair.client, AT4("127.0.0.1", 7005)));
}
