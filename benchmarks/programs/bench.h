/* bench.h: what the programs share: sockets of one of two kinds, and a clock.
 *
 * Each program is run as `NAME unix|ip [HOST [elapsed|work]]` in a directory of its own and prints one number. Times are those that
 * pass, or with `work` those that its processes were at work. All of them share one processor. */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/types.h>

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

/* Calls `step` for a tenth of a second, after a few calls to warm up, and prints how many nanoseconds a call took: the median of batches of
 * half a millisecond, since others take the processor away for longer than that. */
void bench_measure(void (*step)(void));

/* The same for the first `count` calls. */
void bench_measure_first(void (*step)(void), long count);

/* The time in nanoseconds, by the clock that the command line asks for. */
long bench_now(void);

/* fork(2), for the process at the other end, whose work counts. */
pid_t bench_fork_peer(void);

/* Prints the program's number, where bench_measure() does not. */
void bench_report(double number);

/* Two ends of a new connection to `server`, which listens at `endpoint`. */
void bench_connection(int server, const struct endpoint *endpoint, int ends[2]);

/* A stream to another process, which reads all the time in pieces of 64 KiB. bench_end_reader() closes it. */
int bench_reader(void);
void bench_end_reader(int fd);

/* Writes 64 KiB to it. */
void bench_write_block(int fd);

/* Lets this process have as many descriptors as it may. */
void bench_want_descriptors(void);

#endif
