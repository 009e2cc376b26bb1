/* One byte there and back over a stream, between two processes. */
#include "bench.h"

#include <sys/wait.h>
#include <unistd.h>

static int client;

static void step(void) {
    char byte = 'x';
    bench_check(write(client, &byte, 1), "write");
    bench_check(read(client, &byte, 1), "read");
}

int main(int argc, char **argv) {
    bench_start(argc, argv);
    struct endpoint endpoint;
    int server = bench_server(SOCK_STREAM, &endpoint);
    pid_t echo = bench_fork_peer();
    if (echo == 0) {
        char byte;
        int fd = (int)bench_check(accept(server, NULL, NULL), "accept");
        while (read(fd, &byte, 1) == 1)
            bench_check(write(fd, &byte, 1), "write");
        _exit(0);
    }
    client = bench_socket(SOCK_STREAM);
    bench_connect(client, &endpoint);
    bench_measure(step);
    close(client);
    bench_check(waitpid(echo, NULL, 0), "waitpid");
}
