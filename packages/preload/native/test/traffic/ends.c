/* ends.c: how connections end. */
#define _GNU_SOURCE
#include "flow.h"
#include "modes.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

void reset(bool unread) {
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
void shut_down_unread(bool given_up) {
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

void half_close(void) {
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

/* The sender is killed at any moment, its data stays true. */
void killed(uint64_t bytes) {
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
void too_late(void) {
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
void kills(uint64_t senders) {
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
