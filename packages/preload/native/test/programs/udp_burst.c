/* udp_burst.c: 300 datagrams that nobody reads yet neither block their sender nor get lost. */
#include "harness.h"

enum { DATAGRAMS = 300 };

static void burst(const char *text, bool connected, bool nonblocking) {
    say("%s", text);
    int receiver = udp_on(AF_INET, 7000);
    /* The default buffer of the kernel holds 277. */
    MUST(set_int(receiver, SOL_SOCKET, SO_RCVBUF, 1 << 20));
    int sender = (int)MUST(socket(AF_INET, SOCK_DGRAM | (nonblocking ? SOCK_NONBLOCK : 0), 0));
    if (connected)
        MUST(connect(sender, AT4("127.0.0.1", 7000)));
    int failed = 0;
    for (int i = 0; i < DATAGRAMS; i++) {
        char datagram[100] = "";
        snprintf(datagram, sizeof datagram, "%d", i);
        ssize_t sent = connected ? send(sender, datagram, sizeof datagram, 0)
                                 : sendto(sender, datagram, sizeof datagram, 0, AT4("127.0.0.1", 7000));
        failed += sent != sizeof datagram;
    }
    int in_order = 0;
    for (int i = 0; i < DATAGRAMS; i++) {
        char datagram[100];
        settle(receiver, POLLIN);
        MUST(recv(receiver, datagram, sizeof datagram, MSG_DONTWAIT));
        in_order += atoi(datagram) == i;
    }
    say("%d failed, %d received in order", failed, in_order);
    RECV(receiver, 100, MSG_DONTWAIT);
    close(receiver);
    close(sender);
}

int main(void) {
    burst("blocking", false, false);
    burst("blocking, connected", true, false);
    burst("nonblocking", false, true);
    burst("nonblocking, connected", true, true);
}
