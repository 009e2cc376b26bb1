/* socket(2), connect(2), accept(2) and both ends closed. */
#include "bench.h"

#include <unistd.h>

static int server;
static struct endpoint endpoint;

static void step(void) {
    int ends[2];
    bench_connection(server, &endpoint, ends);
    close(ends[0]);
    close(ends[1]);
}

int main(int argc, char **argv) {
    bench_start(argc, argv);
    server = bench_server(SOCK_STREAM, &endpoint);
    bench_measure(step);
}
