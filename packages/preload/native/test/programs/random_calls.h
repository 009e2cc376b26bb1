/* random_calls.h: calls in a random order that is the same in each run, and what they read in a few letters. */
#ifndef RANDOM_CALLS_H
#define RANDOM_CALLS_H

#include "harness.h"

#include <sched.h>

enum { MOST_BYTES = 3000 };

/* A socket, and what is known of it. */
struct end {
    int fd;
    char name;
    unsigned char letter;  /* TCP: that it sends next, so that every byte tells its place */
    bool is_reading_shut;  /* TCP; of a socket that is not connected, any half of it */
    bool was_disconnected; /* UDP */
    bool is_mapped;        /* TCP over IPv6: it has sent IPv4 packets */
};

typedef void call_on(struct end *end);

static uint64_t random_state;
static struct pair barrier;

static void begin_again(unsigned number) {
    random_state = (number + 1) * UINT64_C(0x9e3779b97f4a7c15);
}

static unsigned any_below(unsigned limit) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (unsigned)((random_state >> 11) % limit);
}

/* Mostly little. */
static inline size_t any_size(void) {
    return any_below(3) != 0 ? any_below(20) : any_below(MOST_BYTES);
}

static inline const char *bytes_text(const char *bytes, long length) {
    static char text[60];
    unsigned hash = 0;
    for (long i = 0; i < length; i++)
        hash = hash * 31 + (unsigned char)bytes[i];
    snprintf(text, sizeof text, "%.*s %x", (int)(length < 8 ? length : 8), bytes, hash);
    return text;
}

static void prepare_barrier(void) {
    cpu_set_t processors;
    CPU_ZERO(&processors);
    CPU_SET(sched_getcpu(), &processors);
    MUST(sched_setaffinity(0, sizeof processors, &processors));
    barrier = udp_pair(AF_INET);
}

/* Until everything on its way has arrived, and the answers to it: packets of one processor go through the loopback in their order. */
static void all_arrive(void) {
    char byte;
    for (int i = 0; i < 2; i++) {
        MUST(send(barrier.client, "", 1, 0));
        MUST(recv(barrier.server, &byte, 1, 0));
    }
}

static void tell(const struct end *end, const char *call, long result, const char *more) {
    say("%c %s = %ld%s%s %s", end->name, call, result, result < 0 ? " " : "", result < 0 ? error_name(errno) : "", more);
}

static inline void ask_poll(struct end *end) {
    show_poll((char[]){end->name, 0}, end->fd);
}

static inline void ask_unread(struct end *end) {
    int unread = -1;
    char more[20];
    long result = ioctl(end->fd, FIONREAD, &unread);
    snprintf(more, sizeof more, "%d", unread);
    tell(end, "FIONREAD", result, more);
}

static void ask_error(struct end *end) {
    int error = -1;
    socklen_t length = sizeof error;
    long result = getsockopt(end->fd, SOL_SOCKET, SO_ERROR, &error, &length);
    tell(end, "SO_ERROR", result, error_name(error));
}

static inline void ask_state(struct end *end) {
    struct tcp_info info = {0};
    socklen_t length = sizeof info;
    char more[20];
    long result = getsockopt(end->fd, IPPROTO_TCP, TCP_INFO, &info, &length);
    /* FIN_WAIT1 lasts as long as the peer's kernel takes to acknowledge. */
    snprintf(more, sizeof more, "%d", info.tcpi_state == TCP_FIN_WAIT1 ? TCP_FIN_WAIT2 : info.tcpi_state);
    tell(end, "state", result, more);
}

#endif
