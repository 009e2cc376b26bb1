/* poll(2) of 1,000 connected sockets, one of which has something to read. */
#include "bench.h"

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

enum { CONNECTIONS = 500, SOCKETS = 2 * CONNECTIONS };

static struct pollfd sockets[SOCKETS];

static void step(void) {
    static unsigned turn;
    char byte = 'x';
    unsigned ready = turn++ * 7 % CONNECTIONS * 2;
    bench_check(write(sockets[ready].fd, &byte, 1), "write");
    bench_check(poll(sockets, SOCKETS, -1), "poll");
    bench_check(read(sockets[ready + 1].fd, &byte, 1), "read");
}

int main(int argc, char **argv) {
    bench_start(argc, argv);
    bench_want_descriptors();
    struct endpoint endpoint;
    int server = bench_server(SOCK_STREAM, &endpoint);
    for (int i = 0; i < SOCKETS; i += 2) {
        int ends[2];
        bench_connection(server, &endpoint, ends);
        sockets[i] = (struct pollfd){.fd = ends[0], .events = POLLIN};
        sockets[i + 1] = (struct pollfd){.fd = ends[1], .events = POLLIN};
    }
    bench_measure(step);
}
