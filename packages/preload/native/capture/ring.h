/* ring.h: the flight recorder of a network, `.capture` in its directory, mapped. Lock-free, async-signal-safe, and shared over fork(2). */
#ifndef SW_CAPTURE_RING_H
#define SW_CAPTURE_RING_H

#include "capture/event.h"

#include <stdbool.h>
#include <sys/types.h>
#include <sys/uio.h>

enum { SW_RING_MIN = 1 << 16, SW_RING_MAX = 1 << 30, SW_RING_STRETCH = 1 << 14, SW_RING_STRETCHES = (int)(2u * SW_RING_MAX / SW_RING_STRETCH) };

struct sw_ring {
    struct sw_ring_header *header;
    uint8_t *data; /* mapped twice in a row, so that no event is cut */
    uint64_t size;
    uint64_t begin; /* of the header: it stays while the network lives */
    const char *directory;
    _Atomic bool has_small_pages; /* the kernel has been asked for large ones in vain */
    _Atomic uint64_t mapped[SW_RING_STRETCHES / 64]; /* which stretches of both mappings are in this process's page tables: capture/pages.c */
};

/* A place in the ring. `event` is NULL when there was none to be had. */
struct sw_ticket {
    struct sw_event *event;
    uint64_t position;
    uint32_t size;
};

/* Makes the ring that an earlier network has left in `directory`, if there is one, the ring of this network, if it has none. */
void sw_ring_inherit(const char *directory);

/* Maps the ring of `directory`, which must outlive it; makes it with `mode` and `size` bytes, a power of two, if it is not there. 0 or a negative errno. */
int sw_ring_open(struct sw_ring *ring, const char *directory, mode_t mode, uint64_t size, uint32_t packet_limit);
void sw_ring_close(struct sw_ring *ring);

/* Whether a ring can be of `size` bytes. */
static inline bool sw_ring_size_is_sound(uint64_t size) {
    return size >= SW_RING_MIN && size <= SW_RING_MAX && (size & (size - 1)) == 0;
}

/* The file, to be closed by the caller, or a negative errno. */
int sw_ring_file(const char *directory);

/* Takes the next place for an event of `size` bytes, header and all. The caller fills the header, announces it,
 * and fills the data. `fresh`, if it is not NULL, says whether sw_pages_write() is the way to do that: then only the header has its pages. */
struct sw_ticket sw_ring_reserve(struct sw_ring *ring, uint64_t size, bool *fresh);

/* The header counts: from here on it is known who is at work at this place. */
static inline void sw_ring_announce(const struct sw_ticket *ticket) {
    atomic_store_explicit(&ticket->event->state, ticket->position | SW_EVENT_RESERVED, memory_order_release);
}

/* The data is there, and goes to the kernel now: whoever meets the event later may find it so for ever. Nobody reads the data yet unless this process
 * is gone, and then all that it stored is there. */
static inline void sw_ring_offer(const struct sw_ticket *ticket) {
    atomic_store_explicit(&ticket->event->state, ticket->position | SW_EVENT_OFFERED, memory_order_release);
}

/* The event is there, with `event->stored` bytes. What was not needed goes back if nobody has come later. */
void sw_ring_commit(struct sw_ring *ring, struct sw_ticket *ticket);

/* Nothing happened. */
void sw_ring_abandon(struct sw_ring *ring, struct sw_ticket *ticket);

/* Notes an event that found no room. */
void sw_ring_lost(struct sw_ring *ring, uint64_t bytes);

/* The event at `position`. */
static inline struct sw_event *sw_ring_at(const struct sw_ring *ring, uint64_t position) {
    return (struct sw_event *)(ring->data + (position & (ring->size - 1)));
}

static inline uint64_t sw_ring_head(const struct sw_ring *ring) {
    return atomic_load(&ring->header->head);
}

#endif
