/* fork(2) of a process with an open socket, and the end of the child. */
#include "bench.h"

#include <sys/wait.h>
#include <unistd.h>

static void step(void) {
    pid_t child = (pid_t)bench_check(fork(), "fork");
    if (child == 0)
        _exit(0);
    bench_check(waitpid(child, NULL, 0), "waitpid");
}

int main(int argc, char **argv) {
    bench_start(argc, argv);
    struct endpoint endpoint;
    bench_server(SOCK_STREAM, &endpoint);
    bench_measure(step);
}
