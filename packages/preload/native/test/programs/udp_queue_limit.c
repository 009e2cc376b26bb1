/* udp_queue_limit.c: a receiver that never reads loses datagrams; its senders go on. */
#include "harness.h"

int main(void) {
    int receiver = udp_on(AF_INET, 7000);
    int sender = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    static char datagram[1000];
    int failed = 0;
    for (int i = 0; i < 5000; i++)
        failed += sendto(sender, datagram, sizeof datagram, 0, AT4("127.0.0.1", 7000)) != sizeof datagram;
    say("%d of 5000 failed", failed);
    int received = 0;
    while (recv(receiver, datagram, sizeof datagram, MSG_DONTWAIT) == sizeof datagram)
        received++;
    say("some are lost: %d, some are kept: %d", received < 5000, received > 50);

    say("a deaf one does not hold up another's datagrams");
    for (int i = 0; i < 1000; i++)
        MUST(sendto(sender, datagram, sizeof datagram, 0, AT4("127.0.0.1", 7000)));
    int listener = udp_on(AF_INET, 7001);
    CALL(sendto(sender, "through", 7, 0, AT4("127.0.0.1", 7001)));
    RECV(listener, 100, 0);
}
