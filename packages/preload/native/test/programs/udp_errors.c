/* udp_errors.c: datagrams that cannot be sent. */
#include "harness.h"

int main(void) {
    int fd = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    CALL(send(fd, "x", 1, 0));
    CALL(write(fd, "x", 1));
    CALL(sendto(fd, "x", 1, 0, NULL, 0));
    NAMES(fd);
    CALL(sendto(fd, "x", 1, 0, address4("127.0.0.1", 7000), 0));
    CALL(sendto(fd, "x", 1, 0, address4("127.0.0.1", 7000), 8));
    CALL(sendto(fd, "x", 1, 0, address4("127.0.0.1", 7000), 200));
    CALL(sendto(fd, "x", 1, 0, AT4("127.0.0.1", 0)));
    CALL(sendto(fd, "x", 1, 0, AT6("::1", 7000)));
    CALL(sendto(fd, "x", 1, 0, AT4("192.0.2.1", 7000)));
    NAMES(fd);
    struct sockaddr_in unspecified = *(const struct sockaddr_in *)address4("127.0.0.1", 7000);
    unspecified.sin_family = AF_UNSPEC;
    CALL(sendto(fd, "x", 1, 0, (struct sockaddr *)&unspecified, sizeof unspecified));
    CALL(sendto(fd, "x", 1, 0, AT4("0.0.0.0", 7000)));
    RECV(fd, 10, MSG_DONTWAIT);
    CALL(recvfrom(fd, NULL, 0, MSG_DONTWAIT, NULL, NULL));

    say("IPv6");
    int six = (int)MUST(socket(AF_INET6, SOCK_DGRAM, 0));
    CALL(send(six, "x", 1, 0));
    CALL(sendto(six, "x", 1, 0, address6("::1", 7000), 16));
    CALL(sendto(six, "x", 1, 0, AT6("2001:db8::1", 7000)));
    CALL(sendto(six, "x", 1, 0, AT4("127.0.0.1", 7000)));
    CALL(sendto(six, "x", 1, 0, AT6("::ffff:127.0.0.1", 7000)));
    CALL(sendto(six, "x", 1, 0, AT6("::", 7000)));

    say("not sockets");
    CALL(sendto(0, "x", 1, 0, AT4("127.0.0.1", 7000)));
    CALL(sendto(-1, "x", 1, 0, AT4("127.0.0.1", 7000)));
}
