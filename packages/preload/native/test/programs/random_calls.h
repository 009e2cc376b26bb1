/* random_calls.h: calls in a random order that is the same in each run, and what they read in a few letters. */
#ifndef RANDOM_CALLS_H
#define RANDOM_CALLS_H

#include "harness.h"

#include <sched.h>

enum { MOST_BYTES = 3000 };

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
static size_t any_size(void) {
    return any_below(3) != 0 ? any_below(20) : any_below(MOST_BYTES);
}

static const char *bytes_text(const char *bytes, long length) {
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

#endif
