/* bench.h: what the programs share: sockets of one of two kinds, and a clock.
 *
 * Each program is run as `NAME unix|ip` and prints one number. */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <sys/socket.h>

struct endpoint {
    struct sockaddr_storage address;
    socklen_t length;
};

/* Reads the command line: which kind of sockets to use. */
void bench_start(int argc, char **argv);

/* A socket of the kind under test; `type` is SOCK_STREAM or SOCK_DGRAM. */
int bench_socket(int type);

/* The same, bound to an endpoint of its own, which `endpoint` tells, and listening when it is a stream. */
int bench_server(int type, struct endpoint *endpoint);

void bench_connect(int fd, const struct endpoint *endpoint);

/* Ends the program with a message when `result` is negative. */
long bench_check(long result, const char *what);

/* Calls `step` for a tenth of a second, after a few calls to warm up, and prints the nanoseconds that one call took. */
void bench_measure(void (*step)(void));

#endif
