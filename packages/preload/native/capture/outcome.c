#include "capture/outcome.h"

#include "capture/packet.h"
#include "capture/segments.h"
#include "state/layout.h"

#include <string.h>
#include <sys/socket.h>

/* An end of a connection, as events have it. */
struct end {
    const uint8_t *address;
    uint16_t port;
};

static struct end source_of(const struct sw_event *event) {
    return (struct end){event->addresses, event->source_port};
}

static struct end destination_of(const struct sw_event *event) {
    return (struct end){event->addresses + (event->family == 4 ? 4 : 16), event->destination_port};
}

static bool is_same(const struct sw_event *event, struct end a, struct end b) {
    return a.port == b.port && memcmp(a.address, b.address, event->family == 4 ? 4 : 16) == 0;
}

/* What an event that came later tells: nothing, at least so many bytes, or exactly so many. */
static void learn(struct sw_outcome *outcome, const struct sw_event *event, const struct sw_event *later) {
    if (later->kind != SW_EVENT_SEGMENTS || later->family != event->family)
        return;
    struct end from = source_of(event), to = destination_of(event);
    if (is_same(event, source_of(later), from) && is_same(event, destination_of(later), to)) {
        /* Whoever goes on, and the end, stand right behind what was sent. */
        outcome->sent = later->sequence - event->sequence;
        outcome->is_final = true;
    } else if (is_same(event, source_of(later), to) && is_same(event, destination_of(later), from)) {
        int32_t read = (int32_t)(later->acknowledgement - event->sequence);
        if (read > 0 && (uint32_t)read > outcome->sent)
            outcome->sent = (uint32_t)read;
    }
}

/* At least one step on, whatever another process has made of the size. */
static uint64_t step(const struct sw_event *event) {
    uint64_t size = event->size & ~(uint32_t)(SW_EVENT_ALIGNMENT - 1);
    return size < SW_EVENT_ALIGNMENT ? SW_EVENT_ALIGNMENT : size;
}

static void learn_from_ring(struct sw_outcome *outcome, const struct sw_ring *ring, uint64_t position, uint64_t head) {
    const struct sw_event *event = sw_ring_at(ring, position);
    const uint64_t end = head - position < ring->size ? head : position + ring->size;
    uint64_t at = position + step(event);
    while (at < end && !outcome->is_final) {
        const struct sw_event *later = sw_ring_at(ring, at);
        if (atomic_load_explicit(&later->state, memory_order_acquire) != (at | SW_EVENT_COMPLETE)) {
            at += SW_EVENT_ALIGNMENT;
            continue;
        }
        learn(outcome, event, later);
        at += step(later);
    }
}

static bool is_at(const struct sw_event *event, const struct sw_address *address, struct end end) {
    size_t size = event->family == 4 ? 4 : 16;
    const uint8_t *bytes = event->family == 4 && address->family != AF_INET ? address->bytes + 12 : address->bytes;
    return address->port == end.port && memcmp(bytes, end.address, size) == 0;
}

/* The record of a socket of the connection. The newest, where an older one with the same ports was left behind. */
static const struct sw_record *record_between(const struct sw_state *state, const struct sw_event *event, struct end local, struct end peer) {
    const struct sw_record *found = NULL;
    for (unsigned slot = 0; slot < SW_RECORD_COUNT; slot++) {
        unsigned page = slot / SW_RECORDS_PER_PAGE;
        if ((state->header.used_pages[page / 8] >> page % 8 & 1) == 0) {
            slot |= SW_RECORDS_PER_PAGE - 1;
            continue;
        }
        const struct sw_record *record = &state->records[slot];
        uint64_t cookie = atomic_load(&record->cookie);
        bool fits = cookie > SW_COOKIE_DELETED && record->type == SOCK_STREAM && (atomic_load(&record->flags) & SW_CONNECTED) != 0 &&
                    is_at(event, &record->local, local) && is_at(event, &record->peer, peer);
        if (fits && (found == NULL || cookie > atomic_load(&found->cookie)))
            found = record;
    }
    return found;
}

static void learn_from_records(struct sw_outcome *outcome, const struct sw_state *state, const struct sw_event *event) {
    const struct sw_record *receiver = record_between(state, event, destination_of(event), source_of(event));
    const struct sw_record *sender = record_between(state, event, source_of(event), destination_of(event));
    if (receiver != NULL) {
        int32_t read = (int32_t)((uint32_t)atomic_load(&receiver->received) + 1 - event->sequence);
        if (read > 0 && (uint32_t)read > outcome->sent)
            outcome->sent = (uint32_t)read;
    }
    /* A connection that was accepted, and whose other side is closed: nobody will read more. */
    outcome->is_final = receiver == NULL && sender != NULL && atomic_load(&sender->peer_cookie) != 0;
}

struct sw_outcome sw_outcome_of(const struct sw_state *state, const struct sw_ring *ring, uint64_t position, uint64_t head) {
    const struct sw_event *event = sw_ring_at(ring, position);
    struct sw_outcome outcome = {0};
    /* A network may lose a datagram: one that was about to be sent is no lie. */
    if (event->kind != SW_EVENT_SEGMENTS)
        return (struct sw_outcome){.sent = event->length, .is_final = true};
    learn_from_ring(&outcome, ring, position, head);
    if (!outcome.is_final)
        learn_from_records(&outcome, state, event);
    if (outcome.sent >= event->length) {
        outcome.sent = event->length;
        outcome.is_final = true;
    }
    return outcome;
}
