/* udp_dual_stack.c: IPv4 datagrams on IPv6 sockets. */
#include "harness.h"

int main(void) {
    int dual = (int)MUST(socket(AF_INET6, SOCK_DGRAM, 0));
    CALL(bind(dual, AT6("::", 7000)));
    int four = udp_on(AF_INET, 7001);
    int six = udp_on(AF_INET6, 7001);
    CALL(sendto(four, "four", 4, 0, AT4("127.0.0.1", 7000)));
    RECVFROM(dual, 10, 0);
    CALL(sendto(six, "six", 3, 0, AT6("::1", 7000)));
    RECVFROM(dual, 10, 0);
    CALL(sendto(dual, "back to four", 12, 0, AT6("::ffff:127.0.0.1", 7001)));
    RECVFROM(four, 20, 0);
    CALL(sendto(dual, "back to six", 11, 0, AT6("::1", 7001)));
    RECVFROM(six, 20, 0);
    CALL(connect(dual, AT6("::ffff:127.0.0.1", 7001)));
    NAMES(dual);
    CALL(send(dual, "connected", 9, 0));
    RECVFROM(four, 20, 0);
    CALL(sendto(dual, "elsewhere", 9, 0, AT6("::1", 7001)));

    say("V6ONLY");
    int only = (int)MUST(socket(AF_INET6, SOCK_DGRAM, 0));
    CALL(set_int(only, IPPROTO_IPV6, IPV6_V6ONLY, 1));
    CALL(bind(only, AT6("::", 7002)));
    int both = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    CALL(bind(both, AT4("0.0.0.0", 7002)));
    CALL(sendto(four, "four", 4, 0, AT4("127.0.0.1", 7002)));
    CALL(sendto(six, "six", 3, 0, AT6("::1", 7002)));
    RECVFROM(only, 10, 0);
    RECVFROM(both, 10, 0);
    CALL(sendto(only, "x", 1, 0, AT6("::ffff:127.0.0.1", 7001)));
}
