#include "bench.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { WARM_UP = 20, DURATION_NS = 100 * 1000 * 1000 };

static bool is_unix;

void bench_start(int argc, char **argv) {
    is_unix = argc > 1 && strcmp(argv[1], "unix") == 0;
}

int bench_socket(int type) {
    return (int)bench_check(socket(is_unix ? AF_UNIX : AF_INET, type, 0), "socket");
}

int bench_server(int type, struct endpoint *endpoint) {
    static int count;
    int fd = bench_socket(type);
    memset(endpoint, 0, sizeof *endpoint);
    if (is_unix) {
        /* The runner starts each program in a directory of its own. */
        struct sockaddr_un *address = (struct sockaddr_un *)&endpoint->address;
        address->sun_family = AF_UNIX;
        snprintf(address->sun_path, sizeof address->sun_path, "%d-%d", (int)getpid(), count++);
        endpoint->length = sizeof *address;
    } else {
        struct sockaddr_in *address = (struct sockaddr_in *)&endpoint->address;
        address->sin_family = AF_INET;
        address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        endpoint->length = sizeof *address;
    }
    bench_check(bind(fd, (struct sockaddr *)&endpoint->address, endpoint->length), "bind");
    if (!is_unix)
        bench_check(getsockname(fd, (struct sockaddr *)&endpoint->address, &endpoint->length), "getsockname");
    if (type == SOCK_STREAM)
        bench_check(listen(fd, 128), "listen");
    return fd;
}

void bench_connect(int fd, const struct endpoint *endpoint) {
    bench_check(connect(fd, (const struct sockaddr *)&endpoint->address, endpoint->length), "connect");
}

long bench_check(long result, const char *what) {
    if (result >= 0)
        return result;
    perror(what);
    exit(1);
}

static long now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000L + now.tv_nsec;
}

void bench_measure(void (*step)(void)) {
    for (int i = 0; i < WARM_UP; i++)
        step();
    long start = now_ns(), elapsed = 0, calls = 0;
    for (long batch = 1; elapsed < DURATION_NS; elapsed = now_ns() - start) {
        for (long i = 0; i < batch; i++)
            step();
        calls += batch;
        /* Asking for the time must not count. */
        if (batch < 64 && calls >= 64 * batch)
            batch *= 2;
    }
    printf("%.1f\n", (double)elapsed / (double)calls);
}
