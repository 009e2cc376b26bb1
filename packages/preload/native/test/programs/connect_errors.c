/* connect_errors.c: where connect(2) cannot go. */
#include "harness.h"

static void dial4(int type) {
    int fd = (int)MUST(socket(AF_INET, type, 0));
    CALL(connect(fd, address4("127.0.0.1", 7000), 0));
    CALL(connect(fd, address4("127.0.0.1", 7000), 1));
    CALL(connect(fd, address4("127.0.0.1", 7000), 2));
    CALL(connect(fd, address4("127.0.0.1", 7000), 15));
    CALL(connect(fd, address4("127.0.0.1", 7000), 200));
    CALL(connect(fd, address4("127.0.0.1", 7000), (socklen_t)-1));
    CALL(connect(fd, NULL, 16));
    CALL(connect(fd, AT6("::1", 7000)));
    CALL(connect(fd, AT4("192.0.2.1", 7000)));
    CALL(connect(fd, AT4("8.8.8.8", 53)));
    NAMES(fd);
    close(fd);
}

static void dial6(int type) {
    int fd = (int)MUST(socket(AF_INET6, type, 0));
    CALL(connect(fd, address6("::1", 7000), 8));
    CALL(connect(fd, address6("::1", 7000), 23));
    CALL(connect(fd, AT6("2001:db8::1", 7000)));
    CALL(connect(fd, AT6("::ffff:192.0.2.1", 7000)));
    NAMES(fd);
    close(fd);
}

int main(void) {
    say("TCP");
    dial4(SOCK_STREAM);
    dial6(SOCK_STREAM);
    say("UDP");
    dial4(SOCK_DGRAM);
    dial6(SOCK_DGRAM);

    say("no port, no address");
    int fd = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    CALL(connect(fd, AT4("127.0.0.1", 0)));
    int listener = listener_on(AF_INET, 7000);
    int any = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    CALL(connect(any, AT4("0.0.0.0", 7000)));
    NAMES(any);
    TRY(accept(listener, NULL, NULL));
    int listener6 = listener_on(AF_INET6, 7001);
    int any6 = (int)MUST(socket(AF_INET6, SOCK_STREAM, 0));
    CALL(connect(any6, AT6("::", 7001)));
    NAMES(any6);
    TRY(accept(listener6, NULL, NULL));

    CALL(connect(-1, AT4("127.0.0.1", 7000)));
    CALL(connect(0, AT4("127.0.0.1", 7000)));
    CALL(connect(listener, AT4("127.0.0.1", 7000)));
    say("addresses of many");
    CALL(connect((int)MUST(socket(AF_INET, SOCK_STREAM, 0)), AT4("127.255.255.255", 7000)));
    CALL(connect((int)MUST(socket(AF_INET, SOCK_STREAM, 0)), AT4("255.255.255.255", 7000)));
    CALL(connect((int)MUST(socket(AF_INET, SOCK_STREAM, 0)), AT4("224.0.0.1", 7000)));
    CALL(connect((int)MUST(socket(AF_INET, SOCK_DGRAM, 0)), AT4("127.255.255.255", 7000)));
}
