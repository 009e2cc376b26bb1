/* A 64 KiB write to a stream whose other end, another process, reads all the time. */
#include "bench.h"

#include <unistd.h>

static char block[65536];
static int client;

static void step(void) {
    for (size_t sent = 0; sent < sizeof block;)
        sent += (size_t)bench_check(write(client, block + sent, sizeof block - sent), "write");
}

int main(int argc, char **argv) {
    bench_start(argc, argv);
    client = bench_reader();
    bench_measure(step);
    bench_end_reader(client);
}
