/* recorded.h: whether a network is recorded: to this process's own path, which the others are told of, or to that of another process
 * that lives. */
#ifndef SW_STATE_RECORDED_H
#define SW_STATE_RECORDED_H

#include "state/network.h"

bool sw_network_is_recorded(struct sw_network *network);

/* The same for whoever asks with each packet: whether the other process lives is a system call, made now and then. */
static inline bool sw_network_is_recorded_lately(struct sw_network *network) {
    enum { LOOKS = 256 };
    uint32_t recorder = atomic_load_explicit(&network->state->header.recorded_by, memory_order_relaxed);
    if (network->capture_path[0] == '\0')
        return recorder != 0 && sw_network_is_recorded(network);
    if (!network->capture_is_adopted)
        return recorder != 0 || network->capture_is_private || sw_network_is_recorded(network);
    bool is_known = recorder != 0 && atomic_fetch_add_explicit(&network->adopted_looks, 1, memory_order_relaxed) % LOOKS != 0;
    return is_known || sw_network_is_recorded(network);
}

#endif
