/* A 64 KiB write to a stream whose other end, another process, reads all the time. */
#include "bench.h"

#include <sys/wait.h>
#include <unistd.h>

static char block[65536];
static int client;

static void step(void) {
    for (size_t sent = 0; sent < sizeof block;)
        sent += (size_t)bench_check(write(client, block + sent, sizeof block - sent), "write");
}

int main(int argc, char **argv) {
    bench_start(argc, argv);
    struct endpoint endpoint;
    int server = bench_server(SOCK_STREAM, &endpoint);
    pid_t reader = bench_fork_peer();
    if (reader == 0) {
        int fd = (int)bench_check(accept(server, NULL, NULL), "accept");
        while (read(fd, block, sizeof block) > 0)
            continue;
        _exit(0);
    }
    client = bench_socket(SOCK_STREAM);
    bench_connect(client, &endpoint);
    bench_measure(step);
    close(client);
    bench_check(waitpid(reader, NULL, 0), "waitpid");
}
