/* socket(2), connect(2), accept(2) and both ends closed. */
#include "bench.h"

#include <unistd.h>

static int server;
static struct endpoint endpoint;

static void step(void) {
    int client = bench_socket(SOCK_STREAM);
    bench_connect(client, &endpoint);
    int accepted = (int)bench_check(accept(server, NULL, NULL), "accept");
    close(client);
    close(accepted);
}

int main(int argc, char **argv) {
    bench_start(argc, argv);
    server = bench_server(SOCK_STREAM, &endpoint);
    bench_measure(step);
}
