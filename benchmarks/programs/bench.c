#include "bench.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WARM_UP = 20, DURATION_NS = 100 * 1000 * 1000, BATCH_NS = 500 * 1000, MOST_BATCHES = 400 };

static bool is_unix, counts_work;
static clockid_t peer_clock = -1;

void bench_start(int argc, char **argv) {
    is_unix = argc > 1 && strcmp(argv[1], "unix") == 0;
    counts_work = argc > 3 && strcmp(argv[3], "work") == 0;
    /* Where the scheduler puts the ends of a conversation decides more about its speed than what is measured here. */
    cpu_set_t here;
    CPU_ZERO(&here);
    CPU_SET(sched_getcpu(), &here);
    sched_setaffinity(0, sizeof here, &here);
}

int bench_socket(int type) {
    return (int)bench_check(socket(is_unix ? AF_UNIX : AF_INET, type, 0), "socket");
}

int bench_server(int type, struct endpoint *endpoint) {
    static int count;
    int fd = bench_socket(type);
    memset(endpoint, 0, sizeof *endpoint);
    if (is_unix) {
        /* The runner starts each program in a directory of its own. The path is absolute, as those of servers are. */
        struct sockaddr_un *address = (struct sockaddr_un *)&endpoint->address;
        address->sun_family = AF_UNIX;
        bench_check(getcwd(address->sun_path, sizeof address->sun_path - 16) == NULL ? -1 : 0, "getcwd");
        sprintf(address->sun_path + strlen(address->sun_path), "/server-%d", count++);
        endpoint->length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(address->sun_path) + 1);
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

void bench_connection(int server, const struct endpoint *endpoint, int ends[2]) {
    ends[0] = bench_socket(SOCK_STREAM);
    bench_connect(ends[0], endpoint);
    ends[1] = (int)bench_check(accept(server, NULL, NULL), "accept");
}

void bench_write_block(int fd) {
    static char block[65536];
    for (size_t sent = 0; sent < sizeof block;)
        sent += (size_t)bench_check(write(fd, block + sent, sizeof block - sent), "write");
}

int bench_reader(void) {
    struct endpoint endpoint;
    int server = bench_server(SOCK_STREAM, &endpoint);
    if (bench_fork_peer() == 0) {
        static char block[65536];
        int fd = (int)bench_check(accept(server, NULL, NULL), "accept");
        while (read(fd, block, sizeof block) > 0)
            continue;
        _exit(0);
    }
    int client = bench_socket(SOCK_STREAM);
    bench_connect(client, &endpoint);
    return client;
}

void bench_end_reader(int fd) {
    close(fd);
    bench_check(wait(NULL), "wait");
}

void bench_want_descriptors(void) {
    struct rlimit limit;
    bench_check(getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
    limit.rlim_cur = limit.rlim_max;
    bench_check(setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
}

long bench_check(long result, const char *what) {
    if (result >= 0)
        return result;
    perror(what);
    exit(1);
}

static long read_clock(clockid_t clock) {
    struct timespec now;
    bench_check(clock_gettime(clock, &now), "clock_gettime");
    return now.tv_sec * 1000000000L + now.tv_nsec;
}

static long children_ns(void) {
    struct rusage usage;
    bench_check(getrusage(RUSAGE_CHILDREN, &usage), "getrusage");
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000L + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000L;
}

long bench_now(void) {
    if (!counts_work)
        return read_clock(CLOCK_MONOTONIC);
    return read_clock(CLOCK_PROCESS_CPUTIME_ID) + children_ns() + (peer_clock == -1 ? 0 : read_clock(peer_clock));
}

pid_t bench_fork_peer(void) {
    pid_t peer = (pid_t)bench_check(fork(), "fork");
    if (peer != 0)
        bench_check(-clock_getcpuclockid(peer, &peer_clock), "clock_getcpuclockid");
    return peer;
}

static int compare(const void *a, const void *b) {
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static long measure_batch(void (*step)(void), long size) {
    long start = bench_now();
    for (long i = 0; i < size; i++)
        step();
    return bench_now() - start;
}

static void report_median(double *batches, int count) {
    qsort(batches, (size_t)count, sizeof *batches, compare);
    bench_report(batches[count / 2]);
}

void bench_measure(void (*step)(void)) {
    double batches[MOST_BATCHES];
    int count = 0;
    long size = 1;
    measure_batch(step, WARM_UP);
    /* Asking for the time must not count. */
    while (measure_batch(step, size) < BATCH_NS)
        size *= 2;
    for (long start = bench_now(); count < MOST_BATCHES && bench_now() - start < DURATION_NS;)
        batches[count++] = (double)measure_batch(step, size) / (double)size;
    report_median(batches, count);
}

void bench_measure_first(void (*step)(void), long count) {
    enum { BATCH = 16 };
    double batches[MOST_BATCHES];
    int done = 0;
    for (; done < MOST_BATCHES && done < count / BATCH; done++)
        batches[done] = (double)measure_batch(step, BATCH) / BATCH;
    report_median(batches, done);
}

void bench_report(double number) {
    printf("%.1f\n", number);
}
