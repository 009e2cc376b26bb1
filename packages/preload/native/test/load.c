/* load.c: one kind of load between two processes, measured.
 *
 *     load stream|ping-pong|connect COUNT
 *
 * Prints how many writes of 64 KiB, round trips of one byte or connections there were in a second. */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { BLOCK = 64 * 1024 };

static long must(const char *what, long result) {
    if (result >= 0)
        return result;
    perror(what);
    exit(1);
}
#define MUST(call) must(#call, (long)(call))

static char block[BLOCK];

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void receive_stream(int fd) {
    while (MUST(recv(fd, block, sizeof block, 0)) > 0)
        ;
}

static void echo(int fd) {
    char byte;
    while (MUST(recv(fd, &byte, 1, 0)) > 0)
        MUST(send(fd, &byte, 1, 0));
}

static void serve(int listening, const char *kind, long count) {
    long connections = strcmp(kind, "connect") == 0 ? count : 1;
    for (long i = 0; i < connections; i++) {
        int fd = (int)MUST(accept(listening, NULL, NULL));
        if (strcmp(kind, "ping-pong") == 0)
            echo(fd);
        else
            receive_stream(fd);
        MUST(close(fd));
    }
}

static int connected(const struct sockaddr_in *address) {
    int fd = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    MUST(connect(fd, (const struct sockaddr *)address, sizeof *address));
    return fd;
}

static void send_block(int fd) {
    for (size_t done = 0; done < sizeof block;)
        done += (size_t)MUST(send(fd, block + done, sizeof block - done, 0));
}

static void ask(int fd) {
    char byte = 'x';
    MUST(send(fd, &byte, 1, 0));
    MUST(recv(fd, &byte, 1, 0));
}

int main(int count_of_arguments, char **arguments) {
    if (count_of_arguments != 3)
        return 2;
    const char *kind = arguments[1];
    long count = atol(arguments[2]);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001), .sin_port = htons(7000)};
    int listening = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    MUST(bind(listening, (struct sockaddr *)&address, sizeof address));
    MUST(listen(listening, 128));
    pid_t child = (pid_t)MUST(fork());
    if (child == 0) {
        serve(listening, kind, count);
        exit(0);
    }
    double start;
    if (strcmp(kind, "connect") == 0) {
        start = now();
        for (long i = 0; i < count; i++)
            MUST(close(connected(&address)));
    } else {
        void (*step)(int) = strcmp(kind, "ping-pong") == 0 ? ask : send_block;
        int fd = connected(&address);
        /* What is paid once is paid before. */
        for (long i = 0; i < count; i++)
            step(fd);
        start = now();
        for (long i = 0; i < count; i++)
            step(fd);
        if (step == send_block)
            MUST(shutdown(fd, SHUT_WR));
        MUST(close(fd));
    }
    MUST(waitpid(child, NULL, 0));
    printf("%.0f\n", (double)count / (now() - start));
    return 0;
}
