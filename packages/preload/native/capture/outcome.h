/* outcome.h: how much was sent of what a process had offered to the kernel when it was killed.
 *
 * It never came to say so, but others know: whoever went on with the stream began behind it; the end of the stream stands behind it; and who
 * receives has counted what it has read. Data that nobody has read by then cannot be told from data that never left, and is left out. */
#ifndef SW_CAPTURE_OUTCOME_H
#define SW_CAPTURE_OUTCOME_H

#include "capture/ring.h"
#include "state/layout.h"

struct sw_outcome {
    uint32_t sent;
    bool is_final; /* nothing that happens later can show that it was more */
};

/* Of the event at `position`, which its process has offered. `head` is the ring's. */
struct sw_outcome sw_outcome_of(const struct sw_state *state, const struct sw_ring *ring, uint64_t position, uint64_t head);

#endif
