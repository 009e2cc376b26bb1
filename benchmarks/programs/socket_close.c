/* socket(2) and close(2). */
#include "bench.h"

#include <unistd.h>

static void step(void) {
    close(bench_socket(SOCK_STREAM));
}

int main(int argc, char **argv) {
    bench_start(argc, argv);
    bench_measure(step);
}
