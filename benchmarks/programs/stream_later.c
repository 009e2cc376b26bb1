/* A 64 KiB write to a stream whose other end, another process, reads all the time, after so many that a flight recorder of 64 MiB has come around
 * twice. */
#include "bench.h"

enum { WRITES_BEFORE = 2048 };

static int client;

static void step(void) {
    bench_write_block(client);
}

int main(int argc, char **argv) {
    bench_start(argc, argv);
    client = bench_reader();
    for (int i = 0; i < WRITES_BEFORE; i++)
        step();
    bench_measure(step);
    bench_end_reader(client);
}
