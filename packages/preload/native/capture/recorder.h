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

/* The recorder of a network that is recorded; NULL when it cannot be, after one line on stderr. */
struct sw_recorder *sw_recorder_of(struct sw_network *network);

/* A place for an event, as sw_ring_reserve() has it. Where a file is fed, none that the file still needs is overwritten. */
struct sw_ticket sw_recorder_reserve(struct sw_recorder *recorder, uint64_t size, bool *fresh);

/* The event is there: feeds the file with all that is complete. */
void sw_recorder_commit(struct sw_recorder *recorder, struct sw_ticket *ticket);
void sw_recorder_abandon(struct sw_recorder *recorder, struct sw_ticket *ticket);

/* Feeds the file once more at the end of the process, and gives those who are about something a moment to complete it. */
void sw_recorder_finish(struct sw_network *network);

#endif
