/* sink.h: the file that SOCKET_WRAPPER_PCAP_FILE names, fed from the ring.
 *
 * Whoever has completed an event writes all that is complete to the file, unless somebody else is at it, who then looks again. So a program's
 * packets are in the file when its call returns, in the order of the ring, and those of a program that was killed are written by the
 * next one. Each batch goes to an offset that is noted with the ring's position, so that a batch whose writer died is
 * written once more to the same place. */
#ifndef SW_CAPTURE_SINK_H
#define SW_CAPTURE_SINK_H

#include "capture/ring.h"
#include "state/layout.h"

#include <sys/types.h>

struct sw_sink {
    const char *path;
    const struct sw_state *state; /* of the network: who has read what */
    _Atomic int descriptor;
    dev_t device;
    ino_t inode;
    bool is_stream;  /* a pipe or a terminal: what is written is gone */
    bool is_pcapng;
    _Atomic bool met_nobody; /* what was to be written next was a place that says nothing of itself: somebody had just taken it, or was killed there */
};

/* Opens the file, with one line on stderr when it cannot be. `state` and `path` must outlive the sink. */
int sw_sink_open(struct sw_sink *sink, struct sw_ring *ring, const struct sw_state *state, const char *path);
void sw_sink_close(struct sw_sink *sink);

/* Writes what is complete. Never waits for another process. `at_last`: nor does it leave what a killed process has begun for a later call, when
 * more may be known about it. errno is untouched. */
void sw_sink_feed(struct sw_sink *sink, struct sw_ring *ring, bool at_last);

/* What is before this position is in the file. */
uint64_t sw_sink_position(const struct sw_ring *ring);

#endif
