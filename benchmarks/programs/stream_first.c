/* A 64 KiB write to a stream whose other end, another process, reads all the time: one of the first 32 MiB. Most tests never send more. */
#include "bench.h"

enum { WRITES = 512 };

static int client;

static void step(void) {
    bench_write_block(client);
}

int main(int argc, char **argv) {
    bench_start(argc, argv);
    client = bench_reader();
    bench_measure_first(step, WRITES);
    bench_end_reader(client);
}
