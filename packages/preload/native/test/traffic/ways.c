/* ways.c: how data is sent. */
#define _GNU_SOURCE
#include "flow.h"
#include "modes.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CLIENTS = 4 };

void bulk(uint64_t bytes) {
    static uint8_t data[CHUNK + 777];
    fill(data, sizeof data, 1);
    struct pair both = pair();
    int port = ntohs(own_address(both.client).sin_port);
    pid_t child = (pid_t)MUST(fork());
    if (child == 0) {
        MUST(close(both.client));
        receive_exactly(both.server, bytes);
        MUST(send(both.server, "done", 4, 0));
        MUST(close(both.server));
        exit(0);
    }
    MUST(close(both.server));
    for (uint64_t left = bytes; left > 0;) {
        size_t size = left < CHUNK ? (size_t)left : CHUNK;
        send_all(both.client, &both.up, data + left / CHUNK % 777, size);
        left -= size;
    }
    count(&both.down, (const uint8_t *)"done", 4);
    receive_exactly(both.client, 4);
    drain(both.client);
    MUST(close(both.client));
    join(child);
    tell(&both, port);
}

/* One of several processes that each have many connections to one server, all open at once. */
static void parallel_client(const struct sockaddr_in *address, int connections, int first) {
    static uint8_t data[8192];
    struct pair *pairs = calloc((size_t)connections, sizeof *pairs);
    for (int i = 0; i < connections; i++)
        pairs[i].client = connected(address);
    for (int i = 0; i < connections; i++) {
        uint32_t wanted = (uint32_t)(3000 + (first + i) % 5000);
        fill(data, sizeof data, (uint64_t)(first + i));
        memcpy(data, &wanted, sizeof wanted);
        send_all(pairs[i].client, &pairs[i].up, data, 100);
    }
    for (int i = 0; i < connections; i++) {
        uint32_t wanted = (uint32_t)(3000 + (first + i) % 5000);
        fill(data, sizeof data, wanted);
        receive_exactly(pairs[i].client, wanted);
        count(&pairs[i].down, data, wanted);
        int port = ntohs(own_address(pairs[i].client).sin_port);
        MUST(close(pairs[i].client));
        tell(&pairs[i], port);
    }
    exit(0);
}

void parallel(int connections) {
    struct sockaddr_in address;
    int listening = listener(&address);
    pid_t children[CLIENTS];
    for (int i = 0; i < CLIENTS; i++)
        if ((children[i] = (pid_t)MUST(fork())) == 0)
            parallel_client(&address, connections / CLIENTS, i * (connections / CLIENTS));
    static struct pollfd watched[4096];
    int open = 0, left = connections / CLIENTS * CLIENTS;
    while (left > 0) {
        watched[open] = (struct pollfd){.fd = listening, .events = POLLIN};
        MUST(poll(watched, (nfds_t)open + 1, -1));
        bool is_new = watched[open].revents != 0;
        for (int i = 0; i < open; i++) {
            if (watched[i].revents == 0)
                continue;
            uint8_t data[8192];
            ssize_t got = MUST(recv(watched[i].fd, data, sizeof data, 0));
            uint32_t wanted;
            memcpy(&wanted, data, sizeof wanted);
            if (got > 0) {
                struct flow unused = {0};
                fill(data, sizeof data, wanted);
                send_all(watched[i].fd, &unused, data, wanted);
                continue;
            }
            MUST(close(watched[i].fd));
            watched[i--] = watched[--open];
            left--;
        }
        if (is_new)
            watched[open++] = (struct pollfd){.fd = (int)MUST(accept(listening, NULL, NULL)), .events = POLLIN};
    }
    for (int i = 0; i < CLIENTS; i++)
        join(children[i]);
}

static void pass(int over, int fd) {
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof fd)];
    } control = {.header = {.cmsg_len = CMSG_LEN(sizeof fd), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS}};
    memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
    struct iovec part = {"", 1};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    MUST(sendmsg(over, &message, 0));
}

static int take(int over) {
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } control;
    char byte;
    struct iovec part = {&byte, 1};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    MUST(recvmsg(over, &message, 0));
    int fd;
    memcpy(&fd, CMSG_DATA(&control.header), sizeof fd);
    return fd;
}

/* One socket, written to by its maker, by a child that inherited it and by a process that it was passed to. */
void shared(void) {
    uint8_t data[3 * 5000];
    fill(data, sizeof data, 3);
    int over[2];
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, over));
    struct pair both = pair();
    int port = ntohs(own_address(both.client).sin_port);
    pid_t receiver = (pid_t)MUST(fork());
    if (receiver == 0) {
        MUST(close(both.client));
        MUST(close(both.server));
        int passed = take(over[1]);
        struct flow unused = {0};
        send_all(passed, &unused, data + 10000, 5000);
        MUST(close(passed));
        exit(0);
    }
    struct flow unused = {0};
    count(&both.up, data, sizeof data);
    send_all(both.client, &unused, data, 5000);
    pid_t heir = (pid_t)MUST(fork());
    if (heir == 0) {
        send_all(both.client, &unused, data + 5000, 5000);
        exit(0);
    }
    join(heir);
    pass(over[0], both.client);
    MUST(close(both.client));
    receive_exactly(both.server, sizeof data);
    join(receiver);
    drain(both.server);
    MUST(close(both.server));
    tell(&both, port);
}

/* libc reads and writes the sockets behind its streams by itself. */
void stdio(void) {
    struct pair both = pair();
    int port = ntohs(own_address(both.client).sin_port);
    FILE *client = fdopen(both.client, "r+"), *server = fdopen(both.server, "r+");
    if (fileno(client) != both.client)
        exit(1);
    char line[8192], long_line[6000];
    memset(long_line, 'x', sizeof long_line);
    long_line[sizeof long_line - 1] = '\0';
    int length = snprintf(line, sizeof line, "GET /%s\n", long_line);
    count(&both.up, (uint8_t *)line, (size_t)length);
    MUST(fprintf(client, "GET /%s\n", long_line));
    MUST(fflush(client));
    if (fgets(line, sizeof line, server) == NULL)
        exit(1);
    fseek(server, 0, SEEK_CUR);
    count(&both.down, (const uint8_t *)"200 OK\n", 7);
    MUST(fputs("200 OK\n", server));
    MUST(fflush(server));
    if (fgets(line, sizeof line, client) == NULL || strcmp(line, "200 OK\n") != 0)
        exit(1);
    count(&both.down, (const uint8_t *)"more 42\n", 8);
    MUST(dprintf(both.server, "more %d\n", 42));
    if (fgets(line, sizeof line, client) == NULL || strcmp(line, "more 42\n") != 0)
        exit(1);
    MUST(fclose(server));
    MUST(fclose(client));
    tell(&both, port);
}

/* A process whose standard streams are the connection: a program that inetd starts, or a child that goes on as it is. */
void standard_server(void) {
    char line[100];
    if (fgets(line, sizeof line, stdin) == NULL)
        exit(1);
    printf("you said: %s", line);
    fputs("now\n", stderr);
    /* The rest is written when the process ends. */
}

void standard(bool is_program) {
    static const char REQUEST[] = "a line\n", ANSWER[] = "now\nyou said: a line\n";
    struct pair both = pair();
    int port = ntohs(own_address(both.client).sin_port);
    pid_t child = (pid_t)MUST(fork());
    if (child == 0) {
        for (int fd = 0; fd < 3; fd++)
            MUST(dup2(both.server, fd));
        MUST(close(both.client));
        MUST(close(both.server));
        if (is_program)
            MUST(execl("/proc/self/exe", "traffic", "standard-server", NULL));
        standard_server();
        exit(0);
    }
    MUST(close(both.server));
    send_all(both.client, &both.up, (const uint8_t *)REQUEST, sizeof REQUEST - 1);
    count(&both.down, (const uint8_t *)ANSWER, sizeof ANSWER - 1);
    receive_exactly(both.client, sizeof ANSWER - 1);
    MUST(waitpid(child, NULL, 0));
    MUST(close(both.client));
    tell(&both, port);
}

void send_file(void) {
    static uint8_t data[100 * 1000];
    fill(data, sizeof data, 5);
    int file = (int)MUST(memfd_create("file", 0));
    MUST(write(file, data, sizeof data));
    struct pair both = pair();
    int port = ntohs(own_address(both.client).sin_port);
    off_t offset = 0;
    count(&both.up, data, sizeof data);
    while (offset < (off_t)sizeof data)
        MUST(sendfile(both.client, file, &offset, sizeof data - (size_t)offset));
    receive_exactly(both.server, sizeof data);
    MUST(close(both.client));
    MUST(close(both.server));
    tell(&both, port);
}

void splice_both_ways(void) {
    static uint8_t data[50 * 1000];
    fill(data, sizeof data, 6);
    struct pair both = pair();
    int port = ntohs(own_address(both.client).sin_port), through[2];
    MUST(pipe(through));
    MUST(write(through[1], data, sizeof data));
    count(&both.up, data, sizeof data);
    for (size_t left = sizeof data; left > 0;)
        left -= (size_t)MUST(splice(through[0], NULL, both.client, NULL, left, 0));
    for (size_t left = sizeof data; left > 0;) {
        ssize_t moved = MUST(splice(both.server, NULL, through[1], NULL, left, 0));
        static uint8_t back[sizeof data];
        for (size_t got = 0; got < (size_t)moved;)
            got += (size_t)MUST(read(through[0], back, (size_t)moved - got));
        left -= (size_t)moved;
    }
    send_all(both.server, &both.down, data, 1000);
    receive_exactly(both.client, 1000);
    MUST(close(both.server));
    MUST(close(both.client));
    tell(&both, port);
}

void raw(void) {
    struct pair both = pair();
    int port = ntohs(own_address(both.client).sin_port);
    char byte[8];
    struct iovec part = {"vector", 6};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    count(&both.up, (const uint8_t *)"writevectorvector", 17);
    MUST(syscall(SYS_write, both.client, "write", 5));
    MUST(syscall(SYS_writev, both.client, &part, 1));
    MUST(syscall(SYS_sendmsg, both.client, &message, 0));
    MUST(syscall(SYS_read, both.server, byte, 5));
    receive_exactly(both.server, 12);
    MUST(close(both.client));
    MUST(close(both.server));
    tell(&both, port);
}
