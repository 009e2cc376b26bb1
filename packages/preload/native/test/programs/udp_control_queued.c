/* udp_control_queued.c: datagrams that wait together, each with a TTL and a TOS of its own. */
#include "show_control.h"

int main(void) {
    int receiver = udp_on(AF_INET, 7000);
    MUST(set_int(receiver, IPPROTO_IP, IP_RECVTTL, 1));
    MUST(set_int(receiver, IPPROTO_IP, IP_RECVTOS, 1));
    int near = udp_on(AF_INET, 7001), far = udp_on(AF_INET, 7002), plain = udp_on(AF_INET, 7003);
    MUST(set_int(near, IPPROTO_IP, IP_TTL, 1));
    MUST(set_int(far, IPPROTO_IP, IP_TTL, 200));
    MUST(set_int(far, IPPROTO_IP, IP_TOS, 0x10));
    for (int i = 0; i < 24; i++) {
        char text[8];
        snprintf(text, sizeof text, "%d", i);
        MUST(sendto(i % 4 == 3 ? plain : i % 2 == 0 ? near : far, text, strlen(text), 0, AT4("127.0.0.1", 7000)));
    }
    for (int i = 0; i < 24; i++)
        show_message(receiver, 0, 256);

    say("IPv6");
    int six = udp_on(AF_INET6, 7000);
    MUST(set_int(six, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1));
    int one = udp_on(AF_INET6, 7001), other = udp_on(AF_INET6, 7002);
    MUST(set_int(one, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 3));
    for (int i = 0; i < 6; i++)
        MUST(sendto(i % 2 == 0 ? one : other, "x", 1, 0, AT6("::1", 7000)));
    for (int i = 0; i < 6; i++)
        show_message(six, 0, 256);
    say("the receiver goes");
    close(receiver);
    CALL(connect(near, AT4("127.0.0.1", 7000)));
    CALL(send(near, "x", 1, 0));
    settle(near, POLLERR);
    CALL(send(near, "x", 1, 0));
}
