/* A 64 KiB write to a stream whose other end, another process, reads all the time. */
#include "bench.h"

static int client;

static void step(void) {
    bench_write_block(client);
}

int main(int argc, char **argv) {
    bench_start(argc, argv);
    client = bench_reader();
    bench_measure(step);
    bench_end_reader(client);
}
