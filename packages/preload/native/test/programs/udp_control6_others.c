/* udp_control6_others.c: control messages received with IPv6 datagrams that are rarely asked for: those of RFC 2292, of the flow, of the
 * original destination. */
#include "show_control.h"

int main(void) {
    int receiver = (int)MUST(socket(AF_INET6, SOCK_DGRAM, 0));
    MUST(bind(receiver, AT6("::", 7000)));
    int sender = udp_on(AF_INET6, 7001);
    MUST(set_int(sender, IPPROTO_IPV6, IPV6_TCLASS, 0x48));

    static const struct {
        const char *name;
        int number;
    } options[] = {
        {"IPV6_2292PKTINFO", IPV6_2292PKTINFO},
        {"IPV6_2292HOPLIMIT", IPV6_2292HOPLIMIT},
        {"IPV6_FLOWINFO", SHOWN_IPV6_FLOWINFO},
        {"IPV6_RECVORIGDSTADDR", SHOWN_IPV6_ORIGDSTADDR},
    };
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        say("%s alone", options[i].name);
        CALL(set_int(receiver, IPPROTO_IPV6, options[i].number, 1));
        MUST(sendto(sender, "one", 3, 0, AT6("::1", 7000)));
        show_message(receiver, 0, 256);
        MUST(sendto(sender, "cut", 3, 0, AT6("::1", 7000)));
        show_message(receiver, 0, CMSG_LEN(2));
        CALL(set_int(receiver, IPPROTO_IPV6, options[i].number, 0));
        MUST(sendto(sender, "off", 3, 0, AT6("::1", 7000)));
        show_message(receiver, 0, 256);
    }

    say("all of them, and those of RFC 3542");
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        MUST(set_int(receiver, IPPROTO_IPV6, options[i].number, 1));
    MUST(set_int(receiver, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1));
    MUST(set_int(receiver, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1));
    MUST(set_int(receiver, IPPROTO_IPV6, IPV6_RECVTCLASS, 1));
    MUST(set_int(sender, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 9));
    MUST(sendto(sender, "all", 3, 0, AT6("::1", 7000)));
    show_message(receiver, 0, 256);

    say("an IPv4 datagram on an IPv6 socket");
    int four = udp_on(AF_INET, 7002);
    MUST(sendto(four, "four", 4, 0, AT4("127.0.0.1", 7000)));
    show_message(receiver, 0, 256);
}
