/* state_in_memory.h: a network whose state is in memory of this process alone, for tests of single modules. */
#ifndef SW_TEST_STATE_IN_MEMORY_H
#define SW_TEST_STATE_IN_MEMORY_H

#include "base/real.h"
#include "state/network.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Empty, as a file that is all hole reads. */
static inline struct sw_network *state_in_memory(enum sw_ipv4_network ipv4_network) {
    sw_real_load();
    struct sw_network *network = calloc(1, sizeof *network);
    void *state = mmap(NULL, sizeof(struct sw_state), PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (network == NULL || state == MAP_FAILED)
        abort();
    network->state = state;
    network->ipv4_network = ipv4_network;
    return network;
}

/* The same, whose directory is the one that the test runs in. */
static inline struct sw_network *state_here(enum sw_ipv4_network ipv4_network) {
    struct sw_network *network = state_in_memory(ipv4_network);
    strcpy(network->directory, ".");
    network->directory_length = 1;
    return network;
}

static inline void forget_state(struct sw_network *network) {
    munmap(network->state, sizeof(struct sw_state));
    free(network);
}

#endif
