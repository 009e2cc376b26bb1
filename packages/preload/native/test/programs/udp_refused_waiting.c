/* udp_refused_waiting.c: a closed port is told of while datagrams wait: none of them is lost over it, however many they are. */
#include "harness.h"

static void ask(int family, int count) {
    struct pair pair = udp_pair(family);
    say("%d datagrams that the peer sent before it went", count);
    for (int i = 0; i < count; i++)
        MUST(send(pair.server, (char[]){(char)('a' + i), '\0'}, i == 1 ? 0 : 2, 0));
    settle(pair.client, POLLIN);
    MUST(close(pair.server));
    CALL(send(pair.client, "x", 1, 0));
    settle(pair.client, POLLERR);
    POLL(pair.client);
    int size = -1;
    MUST(ioctl(pair.client, FIONREAD, &size));
    say("%d bytes", size);
    RECV(pair.client, 10, MSG_DONTWAIT);
    for (int i = 0; i < count; i++)
        RECVFROM(pair.client, 10, MSG_DONTWAIT);
    RECV(pair.client, 10, MSG_DONTWAIT);
    close(pair.client);
}

int main(void) {
    ask(AF_INET, 3);
    ask(AF_INET, 25);
    ask(AF_INET6, 3);
    ask(AF_INET6, 25);
}
