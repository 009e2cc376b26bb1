/* A connection of 4,000 that are open at once: the time it takes to make and to close it. */
#include "bench.h"

#include <unistd.h>

enum { CONNECTIONS = 4000 };

int main(int argc, char **argv) {
    static int sockets[2 * CONNECTIONS];
    struct endpoint endpoint;
    bench_start(argc, argv);
    bench_want_descriptors();
    int server = bench_server(SOCK_STREAM, &endpoint);
    long start = bench_now();
    for (int i = 0; i < CONNECTIONS; i++)
        bench_connection(server, &endpoint, sockets + 2 * i);
    for (int i = 0; i < 2 * CONNECTIONS; i++)
        close(sockets[i]);
    bench_report((double)(bench_now() - start) / CONNECTIONS);
}
