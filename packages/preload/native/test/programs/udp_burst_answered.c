/* udp_burst_answered.c: a reader that keeps up now and then, whose every datagram counts: the next burst waits for the answer to the last. */
#include "harness.h"

enum { BURSTS = 3000, EACH = 32 };

static void answer_bursts(void *argument) {
    int server = *(int *)argument;
    char buffer[16];
    for (int i = 0; i < BURSTS; i++) {
        struct sockaddr_in from;
        socklen_t length = sizeof from;
        for (int n = 0; n < EACH; n++)
            MUST(recvfrom(server, buffer, sizeof buffer, 0, (struct sockaddr *)&from, &length));
        MUST(sendto(server, "answer", 6, 0, (struct sockaddr *)&from, length));
    }
    exit(0);
}

int main(void) {
    int server = udp_on(AF_INET, 7000), client = udp_on(AF_INET, 7001), answers = 0;
    char buffer[16];
    pid_t reader = in_child(answer_bursts, &server);
    for (int i = 0; i < BURSTS; i++) {
        for (int n = 0; n < EACH; n++)
            MUST(sendto(client, "question", 8, 0, AT4("127.0.0.1", 7000)));
        answers += MUST(recv(client, buffer, sizeof buffer, 0)) == 6;
    }
    finish(reader);
    say("%d bursts, %d answers", BURSTS, answers);
}
