/* A datagram of one byte there and back, between two processes. */
#include "bench.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static int client;
static struct endpoint there;

static void step(void) {
    char byte = 'x';
    bench_check(sendto(client, &byte, 1, 0, (struct sockaddr *)&there.address, there.length), "sendto");
    bench_check(recv(client, &byte, 1, 0), "recv");
}

int main(int argc, char **argv) {
    bench_start(argc, argv);
    int server = bench_server(SOCK_DGRAM, &there);
    pid_t echo = bench_fork_peer();
    if (echo == 0) {
        for (;;) {
            char byte;
            struct endpoint from = {.length = sizeof from.address};
            bench_check(recvfrom(server, &byte, 1, 0, (struct sockaddr *)&from.address, &from.length), "recvfrom");
            bench_check(sendto(server, &byte, 1, 0, (struct sockaddr *)&from.address, from.length), "sendto");
        }
    }
    struct endpoint here;
    client = bench_server(SOCK_DGRAM, &here);
    bench_measure(step);
    kill(echo, SIGKILL);
    bench_check(waitpid(echo, NULL, 0), "waitpid");
}
