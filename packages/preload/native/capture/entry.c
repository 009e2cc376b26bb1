#include "capture/entry.h"

#include "base/process.h"
#include "capture/copy.h"
#include "capture/packet.h"
#include "capture/pages.h"
#include "capture/readable.h"
#include "capture/segments.h"

#include <string.h>

/* The last 4 bytes of a mapped address are one of IPv4. */
static uint8_t *put_ipv4(uint8_t *bytes, const struct sw_address *address) {
    return (uint8_t *)memcpy(bytes, address->family == AF_INET ? address->bytes : address->bytes + 12, 4) + 4;
}

static uint8_t *put_ipv6(uint8_t *bytes, const struct sw_address *address) {
    return (uint8_t *)memcpy(bytes, address->bytes, 16) + 16;
}

static void describe(struct sw_entry *entry, struct sw_actor actor, enum sw_event_kind kind, struct sw_ends ends, bool ipv4) {
    struct sw_event *event = entry->ticket.event;
    event->kind = (uint8_t)kind;
    event->flags = 0;
    event->stored = event->length = 0;
    event->sequence = event->acknowledgement = 0;
    event->mtu = entry->recorder->mtu;
    event->pid = sw_process_id();
    event->spawn = actor.spawn;
    event->interface = actor.interface;
    event->limit = (uint16_t)atomic_load_explicit(&entry->recorder->ring.header->packet_limit, memory_order_relaxed);
    event->family = ipv4 ? 4 : 6;
    event->source_port = ends.source->port;
    event->destination_port = ends.destination->port;
    if (ipv4)
        put_ipv4(put_ipv4(event->addresses, ends.source), ends.destination);
    else
        put_ipv6(put_ipv6(event->addresses, ends.source), ends.destination);
}

static struct sw_entry begin(struct sw_recorder *recorder, enum sw_event_kind kind, struct sw_actor actor, struct sw_ends ends, uint32_t length,
                             bool may_be_fresh) {
    struct sw_entry entry = {.recorder = recorder};
    bool ipv4 = ends.source->family == AF_INET || sw_packet_is_ipv4(ends.source, ends.destination);
    entry.ticket = sw_recorder_reserve(recorder, sw_event_header(ipv4) + (uint64_t)length, may_be_fresh ? &entry.is_fresh : NULL);
    if (entry.ticket.event == NULL)
        return entry;
    describe(&entry, actor, kind, ends, ipv4);
    sw_ring_announce(&entry.ticket);
    return entry;
}

struct sw_entry sw_entry_begin(const struct sw_socket *socket, enum sw_event_kind kind, struct sw_ends ends, uint32_t length) {
    struct sw_recorder *recorder = sw_recorder_of(socket->network);
    if (recorder == NULL)
        return (struct sw_entry){0};
    bool may_be_fresh = kind == SW_EVENT_SEGMENTS && atomic_load_explicit(&recorder->ring.header->packet_limit, memory_order_relaxed) == 0;
    return begin(recorder, kind, (struct sw_actor){socket->record->spawn, socket->record->interface}, ends, length, may_be_fresh);
}

struct sw_entry sw_entry_begin_without_socket(struct sw_network *network, enum sw_event_kind kind, struct sw_actor actor, uint32_t length) {
    static const struct sw_address NOWHERE = {.family = AF_INET};
    struct sw_recorder *recorder = sw_recorder_of(network);
    return recorder == NULL ? (struct sw_entry){0} : begin(recorder, kind, actor, (struct sw_ends){&NOWHERE, &NOWHERE}, length, false);
}

/* Whether the place is still ours: someone who was stopped for long may find the ring written over. */
static bool is_current(const struct sw_entry *entry) {
    return sw_ring_head(&entry->recorder->ring) - entry->ticket.position <= entry->recorder->ring.size;
}

/* How much data of each packet is kept, and how much a packet takes. */
struct cut {
    uint32_t kept;
    uint32_t packet;
};

static struct cut cut_of(const struct sw_event *event) {
    uint32_t packet = event->kind == SW_EVENT_SEGMENTS ? sw_segment_size(event->mtu, event->family == 4) : SW_DATAGRAM_MAX;
    return (struct cut){event->limit > packet ? packet : event->limit, packet};
}

/* The bytes that are kept of `length`. */
static uint32_t stored_of(const struct sw_event *event, uint32_t length) {
    if (event->limit == 0)
        return length;
    struct cut cut = cut_of(event);
    uint32_t rest = length % cut.packet;
    return length / cut.packet * cut.kept + (rest < cut.kept ? rest : cut.kept);
}

/* Who feeds a file from the ring reads the data again at once. */
static void copy(const struct sw_entry *entry, void *to, const void *from, size_t size) {
    if (entry->recorder->has_sink)
        memcpy(to, from, size);
    else
        sw_copy_past_caches(to, from, size);
}

/* Copies the first `length` bytes. */
static void copy_all(const struct sw_entry *entry, uint8_t *end, const struct msghdr *message, uint32_t length) {
    for (const struct iovec *part = message->msg_iov; length > 0; part++) {
        uint32_t run = part->iov_len < length ? (uint32_t)part->iov_len : length;
        copy(entry, end, part->iov_base, run);
        end += run;
        length -= run;
    }
}

/* Copies what is kept of the first `length` bytes. */
static void copy_kept(const struct sw_entry *entry, uint8_t *end, const struct cut *cut, const struct msghdr *message, uint32_t length) {
    const struct iovec *part = message->msg_iov;
    uint32_t in_packet = 0;
    for (size_t offset = 0; length > 0;) {
        size_t run = part->iov_len - offset < length ? part->iov_len - offset : length;
        if (run > cut->packet - in_packet)
            run = cut->packet - in_packet;
        size_t wanted = in_packet >= cut->kept ? 0 : run < cut->kept - in_packet ? run : cut->kept - in_packet;
        copy(entry, end, (const char *)part->iov_base + offset, wanted);
        end += wanted;
        in_packet = (in_packet + (uint32_t)run) % cut->packet;
        length -= (uint32_t)run;
        offset += run;
        if (offset == part->iov_len) {
            part++;
            offset = 0;
        }
    }
}

static void store(struct sw_entry *entry, const struct msghdr *message, uint32_t length) {
    struct sw_event *event = entry->ticket.event;
    if (event->limit == 0) {
        copy_all(entry, sw_event_data(event), message, length);
    } else {
        struct cut cut = cut_of(event);
        copy_kept(entry, sw_event_data(event), &cut, message, length);
    }
    entry->is_filled = true;
}

/* A place whose pages nobody has seen yet. */
static bool write_fresh(struct sw_entry *entry, const struct msghdr *message, uint32_t length) {
    struct sw_ring *ring = &entry->recorder->ring;
    uint64_t position = entry->ticket.position + (uint64_t)(sw_event_data(entry->ticket.event) - (uint8_t *)entry->ticket.event);
    if (sw_pages_write(ring, position, message->msg_iov, message->msg_iovlen, length))
        return true;
    if (!sw_pages_promise(ring, position + length))
        return false;
    entry->is_fresh = false;
    return false;
}

void sw_entry_fill(struct sw_entry *entry, const struct msghdr *message, uint32_t length) {
    struct sw_event *event = entry->ticket.event;
    if (event == NULL)
        return;
    if (entry->is_fresh)
        entry->is_filled = write_fresh(entry, message, length);
    else if (sw_readable(message->msg_iov, message->msg_iovlen))
        store(entry, message, length);
    if (!entry->is_filled)
        return;
    event->length = length;
    event->stored = stored_of(event, length);
    sw_ring_offer(&entry->ticket);
}

static void lost(const struct sw_entry *entry, uint32_t bytes) {
    if (entry->recorder != NULL && entry->ticket.event != NULL)
        sw_ring_lost(&entry->recorder->ring, bytes);
}

void sw_entry_end(struct sw_entry *entry, const struct msghdr *message, uint32_t sent) {
    struct sw_event *event = entry->ticket.event;
    if (event == NULL || !is_current(entry)) {
        lost(entry, sent);
        return;
    }
    /* The kernel has read it by now. */
    if (!entry->is_filled && !entry->is_fresh)
        store(entry, message, sent);
    if (!entry->is_filled) {
        lost(entry, sent);
        sw_recorder_abandon(entry->recorder, &entry->ticket);
        return;
    }
    event->length = sent;
    event->stored = stored_of(event, sent);
    sw_recorder_commit(entry->recorder, &entry->ticket);
}

void sw_entry_end_empty(struct sw_entry *entry) {
    if (entry->ticket.event != NULL && is_current(entry))
        sw_recorder_commit(entry->recorder, &entry->ticket);
}

void sw_entry_abandon(struct sw_entry *entry) {
    if (entry->ticket.event != NULL && is_current(entry))
        sw_recorder_abandon(entry->recorder, &entry->ticket);
}
