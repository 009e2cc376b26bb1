#include "flow.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static uint32_t crc_table[256];

long must(const char *what, long result) {
    if (result >= 0)
        return result;
    perror(what);
    exit(1);
}

void prepare_crc(void) {
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t value = i;
        for (int bit = 0; bit < 8; bit++)
            value = value >> 1 ^ (value & 1 ? 0xedb88320u : 0);
        crc_table[i] = value;
    }
}

void count(struct flow *flow, const uint8_t *data, size_t size) {
    uint32_t crc = ~flow->crc;
    for (size_t i = 0; i < size; i++)
        crc = crc >> 8 ^ crc_table[(crc ^ data[i]) & 0xff];
    flow->crc = ~crc;
    flow->bytes += size;
}

void fill(uint8_t *data, size_t size, uint64_t seed) {
    uint64_t state = seed * 2654435761u + 88172645463325252u;
    for (size_t i = 0; i < size; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        data[i] = (uint8_t)state;
    }
}

struct sockaddr_in local(uint16_t port) {
    return (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(0x7f000001)};
}

struct sockaddr_in own_address(int fd) {
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    MUST(getsockname(fd, (struct sockaddr *)&address, &length));
    return address;
}

int listener(struct sockaddr_in *address) {
    int fd = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    *address = local(0);
    MUST(bind(fd, (struct sockaddr *)address, sizeof *address));
    MUST(listen(fd, 4096));
    *address = own_address(fd);
    return fd;
}

int connected(const struct sockaddr_in *address) {
    int fd = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    MUST(connect(fd, (const struct sockaddr *)address, sizeof *address));
    return fd;
}

struct pair pair(void) {
    struct sockaddr_in address;
    int listening = listener(&address);
    struct pair made = {.client = connected(&address)};
    made.server = (int)MUST(accept(listening, NULL, NULL));
    MUST(close(listening));
    return made;
}

void tell(const struct pair *pair, int port) {
    printf("stream %d %llu %08x %llu %08x\n", port, (unsigned long long)pair->up.bytes, pair->up.crc, (unsigned long long)pair->down.bytes,
           pair->down.crc);
    fflush(stdout);
}

void send_all(int fd, struct flow *flow, const uint8_t *data, size_t size) {
    count(flow, data, size);
    while (size > 0) {
        ssize_t sent = MUST(send(fd, data, size, 0));
        data += sent;
        size -= (size_t)sent;
    }
}

size_t receive_exactly(int fd, size_t size) {
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

void drain(int fd) {
    static uint8_t data[CHUNK];
    while (MUST(recv(fd, data, sizeof data, 0)) > 0)
        ;
}

void join(pid_t child) {
    int status;
    MUST(waitpid(child, &status, 0));
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        exit(1);
}
