/* traffic.c: exchanges whose packets a capture must show, in several processes.
 *
 *     traffic bulk BYTES | parallel CONNECTIONS | shared | reset | unread | half-close | late-answer | given-up | too-late | stdio |
 *             sendfile | splice | raw | killed BYTES | kills SENDERS | udp | broadcast | refused
 *
 * For each connection it prints `stream PORT SENT CRC SENT CRC`: the client's port, and how many bytes with which CRC-32 the client and then
 * the server sent; of a sender that was killed, what arrived. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CHUNK = 64 * 1024, CLIENTS = 4 };

struct flow {
    uint64_t bytes;
    uint32_t crc;
};

static uint32_t crc_table[256];

static long must(const char *what, long result) {
    if (result >= 0)
        return result;
    perror(what);
    exit(1);
}
#define MUST(call) must(#call, (long)(call))

static void prepare_crc(void) {
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t value = i;
        for (int bit = 0; bit < 8; bit++)
            value = value >> 1 ^ (value & 1 ? 0xedb88320u : 0);
        crc_table[i] = value;
    }
}

static void count(struct flow *flow, const uint8_t *data, size_t size) {
    uint32_t crc = ~flow->crc;
    for (size_t i = 0; i < size; i++)
        crc = crc >> 8 ^ crc_table[(crc ^ data[i]) & 0xff];
    flow->crc = ~crc;
    flow->bytes += size;
}

/* Bytes that differ at every place, so that a lost or doubled one shows. */
static void fill(uint8_t *data, size_t size, uint64_t seed) {
    uint64_t state = seed * 2654435761u + 88172645463325252u;
    for (size_t i = 0; i < size; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        data[i] = (uint8_t)state;
    }
}

static struct sockaddr_in local(uint16_t port) {
    return (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(0x7f000001)};
}

static struct sockaddr_in own_address(int fd) {
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    MUST(getsockname(fd, (struct sockaddr *)&address, &length));
    return address;
}

static int listener(struct sockaddr_in *address) {
    int fd = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    *address = local(0);
    MUST(bind(fd, (struct sockaddr *)address, sizeof *address));
    MUST(listen(fd, 4096));
    *address = own_address(fd);
    return fd;
}

static int connected(const struct sockaddr_in *address) {
    int fd = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    MUST(connect(fd, (const struct sockaddr *)address, sizeof *address));
    return fd;
}

struct pair {
    int client, server;
    struct flow up, down;
};

static struct pair pair(void) {
    struct sockaddr_in address;
    int listening = listener(&address);
    struct pair made = {.client = connected(&address)};
    made.server = (int)MUST(accept(listening, NULL, NULL));
    MUST(close(listening));
    return made;
}

static void tell(const struct pair *pair, int port) {
    printf("stream %d %llu %08x %llu %08x\n", port, (unsigned long long)pair->up.bytes, pair->up.crc, (unsigned long long)pair->down.bytes,
           pair->down.crc);
    fflush(stdout);
}

static void send_all(int fd, struct flow *flow, const uint8_t *data, size_t size) {
    count(flow, data, size);
    while (size > 0) {
        ssize_t sent = MUST(send(fd, data, size, 0));
        data += sent;
        size -= (size_t)sent;
    }
}

static size_t receive_exactly(int fd, size_t size) {
    static uint8_t data[CHUNK];
    size_t got = 0;
    while (got < size) {
        ssize_t part = MUST(recv(fd, data, size - got < sizeof data ? size - got : sizeof data, 0));
        if (part == 0)
            break;
        got += (size_t)part;
    }
    if (got != size) {
        fprintf(stderr, "only %zu of %zu bytes came\n", got, size);
        exit(1);
    }
    return got;
}

static void drain(int fd) {
    static uint8_t data[CHUNK];
    while (MUST(recv(fd, data, sizeof data, 0)) > 0)
        ;
}

static void join(pid_t child) {
    int status;
    MUST(waitpid(child, &status, 0));
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        exit(1);
}

static void bulk(uint64_t bytes) {
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

static void parallel(int connections) {
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
static void shared(void) {
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

static void reset(bool unread) {
    struct pair both = pair();
    int port = ntohs(own_address(both.client).sin_port);
    send_all(both.client, &both.up, (const uint8_t *)"question", 8);
    if (unread) {
        struct pollfd state = {.fd = both.server, .events = POLLIN};
        MUST(poll(&state, 1, -1));
    } else {
        receive_exactly(both.server, 8);
        struct linger linger = {1, 0};
        MUST(setsockopt(both.server, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
    }
    MUST(close(both.server));
    char byte;
    if (recv(both.client, &byte, 1, 0) != -1 || errno != ECONNRESET)
        exit(1);
    MUST(close(both.client));
    tell(&both, port);
}

/* One side says that it sends no more while it has an answer to read: that is no reset, unless it closes without reading it. */
static void shut_down_unread(bool given_up) {
    struct pair both = pair();
    int port = ntohs(own_address(both.client).sin_port);
    struct pollfd state = {.fd = both.client, .events = POLLIN};
    send_all(both.server, &both.down, (const uint8_t *)"answer", 6);
    MUST(poll(&state, 1, -1));
    send_all(both.client, &both.up, (const uint8_t *)"question", 8);
    MUST(shutdown(both.client, SHUT_WR));
    receive_exactly(both.server, 8);
    drain(both.server);
    if (given_up) {
        MUST(close(both.client));
        MUST(close(both.server));
    } else {
        receive_exactly(both.client, 6);
        MUST(close(both.server));
        drain(both.client);
        MUST(close(both.client));
    }
    tell(&both, port);
}

static void half_close(void) {
    uint8_t data[20000];
    fill(data, sizeof data, 4);
    struct pair both = pair();
    int port = ntohs(own_address(both.client).sin_port);
    send_all(both.client, &both.up, data, 4000);
    MUST(shutdown(both.client, SHUT_WR));
    receive_exactly(both.server, 4000);
    drain(both.server);
    send_all(both.server, &both.down, data, sizeof data);
    MUST(close(both.server));
    receive_exactly(both.client, sizeof data);
    drain(both.client);
    MUST(close(both.client));
    tell(&both, port);
}

/* libc reads and writes the sockets behind its streams by itself. */
static void stdio(void) {
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

static void send_file(void) {
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

static void splice_both_ways(void) {
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

static void raw(void) {
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

/* The sender is killed at any moment, its data stays true. */
static void killed(uint64_t bytes) {
    static uint8_t data[10007];
    fill(data, sizeof data, 7);
    struct pair both = pair();
    int port = ntohs(own_address(both.client).sin_port);
    pid_t child = (pid_t)MUST(fork());
    if (child == 0) {
        MUST(close(both.server));
        for (;;)
            MUST(send(both.client, data, sizeof data, 0));
    }
    MUST(close(both.client));
    static uint8_t got[CHUNK];
    ssize_t part;
    while ((part = MUST(recv(both.server, got, sizeof got, 0))) > 0) {
        count(&both.up, got, (size_t)part);
        if (both.up.bytes >= bytes && child != 0) {
            MUST(kill(child, SIGKILL));
            MUST(waitpid(child, NULL, 0));
            child = 0;
        }
    }
    MUST(close(both.server));
    tell(&both, port);
}

/* Data for a peer that has closed: it is taken, and answered by a reset. */
static void too_late(void) {
    struct pair both = pair();
    int port = ntohs(own_address(both.client).sin_port);
    send_all(both.client, &both.up, (const uint8_t *)"question", 8);
    receive_exactly(both.server, 8);
    MUST(close(both.server));
    send_all(both.client, &both.up, (const uint8_t *)"too late", 8);
    if (send(both.client, "x", 1, MSG_NOSIGNAL) != -1 || errno != EPIPE)
        must("the second send", -1);
    MUST(close(both.client));
    tell(&both, port);
}

/* Sends until SIGKILL meets it, which it mostly does amid of a send(2). */
static void send_until_killed(int fd, uint64_t seed) {
    static uint8_t data[CHUNK];
    timer_t timer;
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGKILL};
    struct itimerspec life = {.it_value.tv_nsec = 1000 * (long)(1 + seed * 7919 % 3000)};
    fill(data, sizeof data, seed);
    MUST(timer_create(CLOCK_MONOTONIC, &event, &timer));
    MUST(timer_settime(timer, 0, &life, NULL));
    for (size_t i = seed;; i++) {
        size_t size = 1 + i * 104729 % (i % 16 == 0 ? sizeof data : 300);
        MUST(send(fd, data + i % 7, size - (size > 7 ? i % 7 : 0), 0));
    }
}

/* Many senders, each killed at another moment. What arrived is what was sent. */
static void kills(uint64_t senders) {
    static uint8_t got[CHUNK];
    for (uint64_t seed = 1; seed <= senders; seed++) {
        struct pair both = pair();
        int port = ntohs(own_address(both.client).sin_port);
        pid_t child = (pid_t)MUST(fork());
        if (child == 0) {
            MUST(close(both.server));
            send_until_killed(both.client, seed);
        }
        MUST(close(both.client));
        ssize_t part;
        while ((part = MUST(recv(both.server, got, sizeof got, 0))) > 0)
            count(&both.up, got, (size_t)part);
        MUST(close(both.server));
        MUST(waitpid(child, NULL, 0));
        tell(&both, port);
    }
}

static int udp_socket(uint16_t port) {
    int fd = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    struct sockaddr_in address = local(port);
    MUST(bind(fd, (struct sockaddr *)&address, sizeof address));
    return fd;
}

static void udp(void) {
    uint8_t data[4000];
    fill(data, sizeof data, 8);
    int server = udp_socket(5300), client = udp_socket(0);
    struct sockaddr_in to = own_address(server), from;
    socklen_t length = sizeof from;
    MUST(sendto(client, data, 1, 0, (struct sockaddr *)&to, sizeof to));
    MUST(recvfrom(server, data, sizeof data, 0, (struct sockaddr *)&from, &length));
    MUST(sendto(server, data, 0, 0, (struct sockaddr *)&from, length));
    MUST(sendto(server, data, sizeof data, 0, (struct sockaddr *)&from, length));
    struct iovec parts[] = {{data, 10}, {data, 11}};
    struct mmsghdr messages[] = {{.msg_hdr = {.msg_iov = &parts[0], .msg_iovlen = 1, .msg_name = &to, .msg_namelen = sizeof to}},
                                 {.msg_hdr = {.msg_iov = &parts[1], .msg_iovlen = 1, .msg_name = &to, .msg_namelen = sizeof to}}};
    MUST(sendmmsg(client, messages, 2, 0));
}

static void broadcast(void) {
    int on = 1, low_delay = 0x10, sender = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    MUST(setsockopt(sender, SOL_SOCKET, SO_BROADCAST, &on, sizeof on));
    MUST(setsockopt(sender, IPPROTO_IP, IP_TOS, &low_delay, sizeof low_delay));
    struct sockaddr_in all = {.sin_family = AF_INET, .sin_port = htons(6700), .sin_addr.s_addr = htonl(INADDR_BROADCAST)};
    MUST(sendto(sender, "to all", 6, 0, (struct sockaddr *)&all, sizeof all));
    all.sin_addr.s_addr = inet_addr("239.1.2.3");
    MUST(sendto(sender, "to a group", 10, 0, (struct sockaddr *)&all, sizeof all));
}

static void refused(void) {
    struct sockaddr_in closed = local(9);
    int stream = (int)MUST(socket(AF_INET, SOCK_STREAM, 0)), datagram = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    if (connect(stream, (struct sockaddr *)&closed, sizeof closed) == 0)
        exit(1);
    MUST(connect(datagram, (struct sockaddr *)&closed, sizeof closed));
    MUST(send(datagram, "hello", 5, 0));
    struct sockaddr_in outside = {.sin_family = AF_INET, .sin_port = htons(80), .sin_addr.s_addr = inet_addr("192.0.2.1")};
    int leaving = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    if (connect(leaving, (struct sockaddr *)&outside, sizeof outside) == 0)
        exit(1);
}

int main(int count_of_arguments, char **arguments) {
    const char *mode = count_of_arguments > 1 ? arguments[1] : "";
    uint64_t number = count_of_arguments > 2 ? strtoull(arguments[2], NULL, 10) : 0;
    prepare_crc();
    if (strcmp(mode, "bulk") == 0)
        bulk(number);
    else if (strcmp(mode, "parallel") == 0)
        parallel((int)number);
    else if (strcmp(mode, "shared") == 0)
        shared();
    else if (strcmp(mode, "reset") == 0 || strcmp(mode, "unread") == 0)
        reset(mode[0] == 'u');
    else if (strcmp(mode, "half-close") == 0)
        half_close();
    else if (strcmp(mode, "late-answer") == 0 || strcmp(mode, "given-up") == 0)
        shut_down_unread(mode[0] == 'g');
    else if (strcmp(mode, "stdio") == 0)
        stdio();
    else if (strcmp(mode, "sendfile") == 0)
        send_file();
    else if (strcmp(mode, "splice") == 0)
        splice_both_ways();
    else if (strcmp(mode, "raw") == 0)
        raw();
    else if (strcmp(mode, "killed") == 0)
        killed(number);
    else if (strcmp(mode, "kills") == 0)
        kills(number);
    else if (strcmp(mode, "too-late") == 0)
        too_late();
    else if (strcmp(mode, "udp") == 0)
        udp();
    else if (strcmp(mode, "broadcast") == 0)
        broadcast();
    else if (strcmp(mode, "refused") == 0)
        refused();
    else
        return 2;
    return 0;
}
