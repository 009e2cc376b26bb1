/* life_fork_udp.c: a UDP socket that parent and child hold. */
#include "harness.h"

static int shared;
static int server;

static void closes_and_exits(void *argument) {
    (void)argument;
    close(shared);
    exit(0);
}

static void just_exits(void *argument) {
    (void)argument;
    exit(0);
}

static void connects(void *argument) {
    (void)argument;
    CALL(connect(shared, AT4("127.0.0.1", 7000)));
    NAMES(shared);
}

static void exchange(void) {
    struct sockaddr_in from;
    socklen_t length = sizeof from;
    char buffer[20];
    MUST(sendto(shared, "question", 8, 0, AT4("127.0.0.1", 7000)));
    MUST(recvfrom(server, buffer, sizeof buffer, 0, (struct sockaddr *)&from, &length));
    CALL(sendto(server, "answer", 6, 0, (struct sockaddr *)&from, length));
    RECVFROM(shared, 20, 0);
}

int main(void) {
    server = udp_on(AF_INET, 7000);
    shared = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    exchange();
    finish(in_child(closes_and_exits, NULL));
    exchange();
    finish(in_child(just_exits, NULL));
    exchange();
    say("what the child does to the socket, the parent sees");
    finish(in_child(connects, NULL));
    NAMES(shared);
    CALL(send(shared, "connected", 9, 0));
    RECVFROM(server, 20, 0);
}
