/* A datagram of a burst: 64 of 1,000 bytes are sent before the other process, which answers the last one, gets to read them. */
#include "bench.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BURST = 64, SIZE = 1000 };

static int client;
static struct endpoint there;
static char datagram[SIZE];

static void step(void) {
    static int sent;
    bench_check(sendto(client, datagram, SIZE, 0, (struct sockaddr *)&there.address, there.length), "sendto");
    if (++sent % BURST == 0)
        bench_check(recv(client, datagram, SIZE, 0), "recv");
}

static void answer_bursts(int server) {
    for (int received = 1;; received++) {
        struct endpoint from = {.length = sizeof from.address};
        bench_check(recvfrom(server, datagram, SIZE, 0, (struct sockaddr *)&from.address, &from.length), "recvfrom");
        if (received % BURST == 0)
            bench_check(sendto(server, datagram, 1, 0, (struct sockaddr *)&from.address, from.length), "sendto");
    }
}

int main(int argc, char **argv) {
    bench_start(argc, argv);
    int server = bench_server(SOCK_DGRAM, &there);
    pid_t receiver = bench_fork_peer();
    if (receiver == 0)
        answer_bursts(server);
    struct endpoint here;
    client = bench_server(SOCK_DGRAM, &here);
    bench_measure(step);
    kill(receiver, SIGKILL);
    bench_check(waitpid(receiver, NULL, 0), "waitpid");
}
