/* harness.h: how the programs of this folder call the system and print what it answered.
 *
 * Each program runs twice, on the kernel's loopback and redirected, and must print the same both times. So nothing
 * is printed that may differ from run to run: an ephemeral port appears as *1, *2, … in the order in which the program,
 * all of its processes together, first printed it. Fixed ports are below 10000.
 *
 * What a program needs but does not study (a connected pair, a waiting process) is made without a word, and ends the
 * program when it fails. */
#ifndef HARNESS_H
#define HARNESS_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* Prints one line, with one write(2). */
__attribute__((format(printf, 1, 2))) void say(const char *format, ...);

/* Evaluates a call and prints its text, its value and, for -1, errno by name: `listen(s, 5) = -1 EINVAL`. */
#define CALL(...) (errno = 0, report(#__VA_ARGS__, (long)(__VA_ARGS__)))
long report(const char *text, long value);

/* The same for a value that may differ from run to run: `read(s, b, n) succeeds`. */
#define TRY(...) (errno = 0, report_success(#__VA_ARGS__, (long)(__VA_ARGS__)))
long report_success(const char *text, long value);

/* For what must work for the rest to mean something. Prints nothing; ends the program when the call fails. */
#define MUST(...) must(#__VA_ARGS__, (long)(__VA_ARGS__))
long must(const char *text, long value);

const char *error_name(int error);

/* An address and its length, two arguments of bind(2) and the like: `bind(s, AT4("127.0.0.1", 7000))`. */
#define AT4(ip, port) address4(ip, port), (socklen_t)sizeof(struct sockaddr_in)
#define AT6(ip, port) address6(ip, port), (socklen_t)sizeof(struct sockaddr_in6)
const struct sockaddr *address4(const char *ip, int port);
const struct sockaddr *address6(const char *ip, int port);

/* The same for 127.0.0.1 or ::1. */
#define LOCAL(family, port) local_address(family, port), local_length(family)
const struct sockaddr *local_address(int family, int port);
socklen_t local_length(int family);
int port_of(int fd);

/* `127.0.0.1:7000`, `[::1]:*1`: in a buffer that eight later calls leave alone. */
const char *address_text(const void *address, socklen_t length);

/* Prints what getsockname(2) and getpeername(2) say. */
#define NAMES(fd) show_names(#fd, fd)
void show_names(const char *text, int fd);

/* Receive, and print the value and the bytes (the first 60), and where they came from. */
#define RECV(fd, size, flags) show_recv(#fd, fd, size, flags, #flags)
#define RECVFROM(fd, size, flags) show_recvfrom(#fd, fd, size, flags, #flags)
#define READ(fd, size) show_read(#fd, fd, size)
ssize_t show_recv(const char *text, int fd, size_t size, int flags, const char *flags_text);
ssize_t show_recvfrom(const char *text, int fd, size_t size, int flags, const char *flags_text);
ssize_t show_read(const char *text, int fd, size_t size);
void show_bytes(const char *text, const void *bytes, ssize_t length);

/* Prints a getsockopt(2) answer of up to 64 bytes: as int, or as bytes when it is no int. */
#define OPTION(fd, level, option) show_option(#fd, fd, level, option, #option)
void show_option(const char *text, int fd, int level, int option, const char *option_text);
int set_int(int fd, int level, int option, int value);

/* Prints what poll(2) says at once about `fd`. */
#define POLL(fd) show_poll(#fd, fd)
void show_poll(const char *text, int fd);

/* Prints which of its three sets select(2) leaves `fd` in at once. */
void select_says(int fd);
const char *event_names(unsigned events);

/* Waits, without a word, until poll(2) shows one of `events` (POLLERR and POLLHUP always count). */
void settle(int fd, short events);

/* A bound and listening socket, and connected pairs. The listener behind a pair is closed again. */
struct pair {
    int client;
    int server;
};
int listener_on(int family, int port);
struct pair tcp_pair(int family);
int udp_on(int family, int port);
struct pair udp_pair(int family);

/* Runs `body` in a child. finish() waits for it, and says how it ended when that was not exit(0). */
pid_t in_child(void (*body)(void *), void *argument);
void finish(pid_t child);

/* A bell between processes and threads: whoever waits goes on when it was rung once more. */
struct bell {
    int in;
    int out;
};
struct bell new_bell(void);
void ring(struct bell bell);
void await_bell(struct bell bell);

/* Waits until the thread (of any process) sleeps in a system call, as one that is blocked does. */
void await_sleep(pid_t thread);
pid_t this_thread(void);

#endif
