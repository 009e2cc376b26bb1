/* udp_burst_both_ways.c: one thread sends 100 datagrams each way before it reads any, from many senders. */
#include "harness.h"

enum { SENDERS = 20, EACH = 10 };

int main(void) {
    int server = udp_on(AF_INET6, 7000);
    int clients[SENDERS];
    for (int i = 0; i < SENDERS; i++) {
        clients[i] = udp_on(AF_INET6, 0);
        for (int n = 0; n < EACH; n++)
            MUST(sendto(clients[i], "question", 8, 0, AT6("::1", 7000)));
    }
    int answered = 0;
    char buffer[16];
    struct sockaddr_in6 from;
    socklen_t length = sizeof from;
    while (answered < SENDERS * EACH) {
        settle(server, POLLIN);
        MUST(recvfrom(server, buffer, sizeof buffer, 0, (struct sockaddr *)&from, &length));
        MUST(sendto(server, "answer", 6, 0, (struct sockaddr *)&from, length));
        answered++;
    }
    int received = 0;
    for (int i = 0; i < SENDERS; i++) {
        for (int n = 0; n < EACH; n++) {
            settle(clients[i], POLLIN);
            received += recv(clients[i], buffer, sizeof buffer, MSG_DONTWAIT) == 6;
        }
    }
    say("%d answered, %d received", answered, received);
}
