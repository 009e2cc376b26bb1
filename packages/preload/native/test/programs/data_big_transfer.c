/* data_big_transfer.c: 64 MiB in each direction, by blocks of odd sizes, and not a byte wrong. */
#include "harness.h"

enum { TOTAL = 64 << 20, BLOCK = 200003 };

static uint32_t next(uint32_t state) { return state * 1664525u + 1013904223u; }

struct end {
    int fd;
    uint32_t seed;
};

static void *send_all(void *argument) {
    struct end *end = argument;
    unsigned char *block = malloc(BLOCK);
    uint32_t state = end->seed;
    for (size_t sent = 0; sent < TOTAL;) {
        size_t size = TOTAL - sent < BLOCK ? TOTAL - sent : BLOCK;
        for (size_t i = 0; i < size; i++) {
            state = next(state);
            block[i] = (unsigned char)(state >> 24);
        }
        /* A blocking write is never short. */
        ssize_t length = MUST(write(end->fd, block, size));
        if ((size_t)length != size)
            say("short write");
        sent += (size_t)length;
    }
    MUST(shutdown(end->fd, SHUT_WR));
    free(block);
    return NULL;
}

static void *receive_all(void *argument) {
    struct end *end = argument;
    unsigned char *block = malloc(BLOCK);
    uint32_t state = end->seed;
    size_t received = 0;
    size_t wrong = 0;
    ssize_t length;
    while ((length = MUST(read(end->fd, block, BLOCK))) > 0) {
        for (ssize_t i = 0; i < length; i++) {
            state = next(state);
            wrong += block[i] != (unsigned char)(state >> 24);
        }
        received += (size_t)length;
    }
    say("%zu bytes received, %zu wrong", received, wrong);
    free(block);
    return NULL;
}

int main(void) {
    struct pair pair = tcp_pair(AF_INET);
    struct end client = {pair.client, 1};
    struct end server = {pair.server, 1};
    pthread_t threads[4];
    pthread_create(&threads[0], NULL, send_all, &client);
    pthread_create(&threads[1], NULL, send_all, &server);
    pthread_create(&threads[2], NULL, receive_all, &client);
    pthread_create(&threads[3], NULL, receive_all, &server);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
}
