/* read(2) and write(2) of descriptors that are no sockets, in a process that has one. */
#include "bench.h"

#include <fcntl.h>
#include <unistd.h>

static int zero, null;

static void step(void) {
    char byte;
    bench_check(read(zero, &byte, 1), "read");
    bench_check(write(null, &byte, 1), "write");
}

int main(int argc, char **argv) {
    bench_start(argc, argv);
    struct endpoint endpoint;
    bench_server(SOCK_STREAM, &endpoint);
    zero = (int)bench_check(open("/dev/zero", O_RDONLY), "open");
    null = (int)bench_check(open("/dev/null", O_WRONLY), "open");
    bench_measure(step);
}
