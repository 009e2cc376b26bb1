/* records.h: what is known of each redirected socket, shared by all processes of the network and keyed by SO_COOKIE.
 *
 * A record is claimed by storing its cookie and freed by storing SW_COOKIE_DELETED; nothing else synchronises, so a process may die
 * at any instruction. Its other fields belong to whoever uses the socket. */
#ifndef SW_STATE_RECORDS_H
#define SW_STATE_RECORDS_H

#include "state/network.h"

/* The record key of the socket behind `fd`: its SO_COOKIE plus one, since the kernel's first cookie is 1. 0 when it is not a socket. Leaves
 * errno alone. */
uint64_t sw_cookie_of(int fd);

/* A zeroed record for `cookie`; NULL when the table or the file system is full. */
struct sw_record *sw_record_create(struct sw_network *network, uint64_t cookie);

/* The record of `cookie`, NULL when there is none. */
struct sw_record *sw_record_find(struct sw_network *network, uint64_t cookie);

/* Whether the network has or ever had a record. */
bool sw_records_are_in_use(const struct sw_network *network);

void sw_record_free(struct sw_network *network, struct sw_record *record);

/* Index in the table. */
unsigned sw_record_slot(const struct sw_network *network, const struct sw_record *record);

static inline struct sw_record *sw_record_at(const struct sw_network *network, unsigned slot) {
    return slot < SW_RECORD_COUNT ? &network->state->records[slot] : NULL;
}

/* The record of the socket at the other end of an accepted connection; NULL while it was not accepted, and when that socket is gone. */
struct sw_record *sw_record_peer(const struct sw_network *network, const struct sw_record *record);

static inline bool sw_record_has(const struct sw_record *record, uint32_t flags) {
    return (atomic_load_explicit(&record->flags, memory_order_relaxed) & flags) != 0;
}

/* Whether a socket is on all addresses of its host: connect(2) has put one that was on one of them. */
static inline bool sw_record_is_everywhere(const struct sw_record *record) {
    return (atomic_load_explicit(&record->flags, memory_order_relaxed) & (SW_WILDCARD | SW_CONNECTED)) == SW_WILDCARD;
}

static inline void sw_record_set(struct sw_record *record, uint32_t flags) {
    atomic_fetch_or_explicit(&record->flags, flags, memory_order_relaxed);
}

static inline void sw_record_clear(struct sw_record *record, uint32_t flags) {
    atomic_fetch_and_explicit(&record->flags, ~flags, memory_order_relaxed);
}

/* Sets `flag` and says whether it was this call that did. */
static inline bool sw_record_claim(struct sw_record *record, uint32_t flag) {
    return (atomic_fetch_or(&record->flags, flag) & flag) == 0;
}

#endif
