/* udp_control6.c: control messages received with IPv6 datagrams. */
#include "show_control.h"

int main(void) {
    int receiver = (int)MUST(socket(AF_INET6, SOCK_DGRAM, 0));
    MUST(bind(receiver, AT6("::", 7000)));
    int sender = udp_on(AF_INET6, 7001);
    CALL(set_int(receiver, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1));
    CALL(set_int(receiver, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1));
    CALL(set_int(receiver, IPPROTO_IPV6, IPV6_RECVTCLASS, 1));
    MUST(sendto(sender, "six", 3, 0, AT6("::1", 7000)));
    show_message(receiver, 0, 256);
    CALL(set_int(sender, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 9));
    CALL(set_int(sender, IPPROTO_IPV6, IPV6_TCLASS, 0x48));
    MUST(sendto(sender, "set", 3, 0, AT6("::1", 7000)));
    show_message(receiver, 0, 256);

    say("an IPv4 datagram on an IPv6 socket");
    int four = udp_on(AF_INET, 7002);
    MUST(sendto(four, "four", 4, 0, AT4("127.0.0.1", 7000)));
    show_message(receiver, 0, 256);
    CALL(set_int(receiver, IPPROTO_IPV6, IPV6_RECVPKTINFO, 0));
    OPTION(receiver, IPPROTO_IPV6, IPV6_RECVPKTINFO);
    MUST(sendto(sender, "off", 3, 0, AT6("::1", 7000)));
    show_message(receiver, 0, 256);
}
