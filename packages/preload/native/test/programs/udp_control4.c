/* udp_control4.c: control messages received with IPv4 datagrams. */
#include "show_control.h"

int main(void) {
    int receiver = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    MUST(bind(receiver, AT4("0.0.0.0", 7000)));
    int sender = udp_on(AF_INET, 7001);
    MUST(sendto(sender, "plain", 5, 0, AT4("127.0.0.1", 7000)));
    show_message(receiver, 0, 256);

    CALL(set_int(receiver, IPPROTO_IP, IP_PKTINFO, 1));
    MUST(sendto(sender, "pktinfo", 7, 0, AT4("127.0.0.1", 7000)));
    show_message(receiver, MSG_PEEK, 256);
    show_message(receiver, 0, 256);
    CALL(set_int(receiver, IPPROTO_IP, IP_RECVTTL, 1));
    CALL(set_int(receiver, IPPROTO_IP, IP_RECVTOS, 1));
    CALL(set_int(receiver, IPPROTO_IP, IP_RECVORIGDSTADDR, 1));
    MUST(sendto(sender, "all", 3, 0, AT4("127.0.0.1", 7000)));
    show_message(receiver, 0, 256);
    CALL(set_int(receiver, IPPROTO_IP, IP_RECVORIGDSTADDR, 0));
    CALL(set_int(receiver, IPPROTO_IP, IP_PKTINFO, 0));
    OPTION(receiver, IPPROTO_IP, IP_PKTINFO);
    OPTION(receiver, IPPROTO_IP, IP_RECVTTL);

    say("set on the sending socket");
    CALL(set_int(sender, IPPROTO_IP, IP_TTL, 7));
    CALL(set_int(sender, IPPROTO_IP, IP_TOS, 0x48));
    MUST(sendto(sender, "sent", 4, 0, AT4("127.0.0.1", 7000)));
    show_message(receiver, 0, 256);

    say("too little room");
    CALL(set_int(receiver, IPPROTO_IP, IP_PKTINFO, 1));
    static const size_t rooms[] = {0, 4, 16, 20, 24, 28, 32, 48, 56};
    for (size_t i = 0; i < sizeof rooms / sizeof rooms[0]; i++) {
        MUST(sendto(sender, "room", 4, 0, AT4("127.0.0.1", 7000)));
        show_message(receiver, 0, rooms[i]);
    }
}
