/* recorder.h: what a network's capture is written with: the ring in its directory, and the file that is fed from it, if there is one.
 *
 * A capture path whose last part is `.capture`, the name of the ring itself, asks for no file: TypeScript reads the ring. */
#ifndef SW_CAPTURE_RECORDER_H
#define SW_CAPTURE_RECORDER_H

#include "capture/ring.h"
#include "capture/sink.h"
#include "state/network.h"

#include <sys/statfs.h>

struct sw_recorder {
    struct sw_ring ring;
    uint16_t mtu;
    bool has_sink;
    struct sw_sink sink;
};

/* How much a ring takes when nobody says it: an eighth of a small file system at most, as /dev/shm is in a container, since the sockets of all
 * networks need room there, too. */
uint64_t sw_recorder_bytes_on(const struct statfs *system);

/* Stands for a recorder that could not be made. */
#define SW_RECORDER_UNUSABLE ((struct sw_recorder *)(uintptr_t)1)

/* The recorder of a network whose recorder is not in use yet. */
struct sw_recorder *sw_recorder_make(struct sw_network *network);

/* The recorder of a network that is recorded; NULL when it cannot be, after one line on stderr. */
static inline struct sw_recorder *sw_recorder_of(struct sw_network *network) {
    struct sw_recorder *recorder = atomic_load_explicit(&network->recorder, memory_order_acquire);
    return __builtin_expect((uintptr_t)recorder > (uintptr_t)SW_RECORDER_UNUSABLE, 1) ? recorder : sw_recorder_make(network);
}

/* Waits until the file needs nothing of where `size` bytes would go; false when that takes too long. */
bool sw_recorder_make_room(struct sw_recorder *recorder, uint64_t size);

/* A place for an event, as sw_ring_reserve() has it. Where a file is fed, none that the file still needs is overwritten. */
static inline struct sw_ticket sw_recorder_reserve(struct sw_recorder *recorder, uint64_t size, bool *fresh) {
    if (recorder->has_sink && !sw_recorder_make_room(recorder, size))
        return (struct sw_ticket){0};
    return sw_ring_reserve(&recorder->ring, size, fresh);
}

/* The event is there: feeds the file with all that is complete. */
static inline void sw_recorder_commit(struct sw_recorder *recorder, struct sw_ticket *ticket) {
    sw_ring_commit(&recorder->ring, ticket);
    if (recorder->has_sink)
        sw_sink_feed(&recorder->sink, &recorder->ring, false);
}

static inline void sw_recorder_abandon(struct sw_recorder *recorder, struct sw_ticket *ticket) {
    sw_ring_abandon(&recorder->ring, ticket);
    if (recorder->has_sink)
        sw_sink_feed(&recorder->sink, &recorder->ring, false);
}

/* Feeds the file once more at the end of the process, and gives those who are about something a moment to complete it. */
void sw_recorder_finish(struct sw_network *network);

#endif
