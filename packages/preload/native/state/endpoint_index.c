#include "state/endpoint_index.h"

#include "state/promised.h"
#include "state/records.h"

#include <sys/socket.h>

enum { LONGEST_CHAIN = 1024 };

static unsigned home_bucket(uint32_t key) {
    uint32_t port = key & 0xffff, interface = key >> 16 & 0xff;
    return (port + interface * 7919u) % SW_BUCKET_COUNT;
}

static uint64_t entry_of(uint32_t key, unsigned slot) {
    return (uint64_t)slot << 32 | key;
}

bool sw_endpoint_make_room(struct sw_network *network, uint32_t key) {
    return sw_promise(network, &network->state->buckets[home_bucket(key)]);
}

void sw_endpoint_add(struct sw_network *network, uint32_t key, const struct sw_record *record) {
    uint64_t entry = entry_of(key, sw_record_slot(network, record));
    unsigned home = home_bucket(key);
    for (unsigned i = 0; i < LONGEST_CHAIN; i++) {
        struct sw_bucket *bucket = &network->state->buckets[(home + i) % SW_BUCKET_COUNT];
        if (!sw_promise(network, bucket))
            return;
        for (unsigned k = 0; k < SW_BUCKET_ENTRIES; k++) {
            uint64_t found = 0;
            if (atomic_compare_exchange_strong(&bucket->entries[k], &found, entry))
                return;
        }
        atomic_store(&bucket->overflow, 1);
    }
}

static void remove_entry(struct sw_network *network, uint32_t key, unsigned slot) {
    uint64_t entry = entry_of(key, slot);
    unsigned home = home_bucket(key);
    for (unsigned i = 0; i < LONGEST_CHAIN; i++) {
        struct sw_bucket *bucket = &network->state->buckets[(home + i) % SW_BUCKET_COUNT];
        if (!sw_is_promised(network, bucket))
            return;
        for (unsigned k = 0; k < SW_BUCKET_ENTRIES; k++) {
            uint64_t found = entry;
            atomic_compare_exchange_strong(&bucket->entries[k], &found, 0);
        }
        if (atomic_load(&bucket->overflow) == 0)
            return;
    }
}

const struct sw_claim_kind sw_claims[SW_CLAIM_COUNT] = {
    {SW_CLAIM_IPV4, 4, false},
    {SW_CLAIM_IPV4_LOOPBACK, 4, true},
    {SW_CLAIM_IPV6, 6, false},
    {SW_CLAIM_IPV6_LOOPBACK, 6, true},
};

unsigned sw_endpoint_keys(const struct sw_record *record, uint32_t keys[4]) {
    unsigned count = 0;
    for (unsigned i = 0; i < 4; i++)
        if ((record->name_claims & sw_claims[i].claim) != 0)
            keys[count++] = sw_endpoint_key(sw_transport_of(record), sw_claims[i].family, sw_claims[i].loopback,
                                            record->name_interface, record->name_port);
    return count;
}

void sw_endpoint_remove_all(struct sw_network *network, const struct sw_record *record) {
    uint32_t keys[4];
    unsigned count = sw_endpoint_keys(record, keys);
    for (unsigned i = 0; i < count; i++)
        remove_entry(network, keys[i], sw_record_slot(network, record));
}

/* Whether the record, which the index says serves `key`, still does. */
static bool serves(const struct sw_record *record, uint32_t key) {
    const struct sw_claim_kind *claim = &sw_claims[(key >> 29 & 1) * 2 + (key >> 28 & 1)];
    return (record->name_claims & claim->claim) != 0 &&
           sw_endpoint_key(sw_transport_of(record), claim->family, claim->loopback, record->name_interface, record->name_port) == key;
}

struct sw_record *sw_endpoint_next(struct sw_network *network, uint32_t key, unsigned *position) {
    /* One place more than a bucket has: behind its last entry, before it is asked for the next bucket. */
    enum { PLACES = SW_BUCKET_ENTRIES + 1 };
    unsigned home = home_bucket(key), first = *position % PLACES;
    for (unsigned chain = *position / PLACES; chain < LONGEST_CHAIN; chain++, first = 0) {
        struct sw_bucket *bucket = &network->state->buckets[(home + chain) % SW_BUCKET_COUNT];
        if (!sw_is_promised(network, bucket))
            return NULL;
        for (unsigned k = first; k < SW_BUCKET_ENTRIES; k++) {
            uint64_t entry = atomic_load_explicit(&bucket->entries[k], memory_order_acquire);
            if ((uint32_t)entry != key)
                continue;
            struct sw_record *record = sw_record_at(network, (unsigned)(entry >> 32));
            if (record == NULL || atomic_load(&record->cookie) <= SW_COOKIE_DELETED || !serves(record, key))
                continue;
            *position = chain * PLACES + k + 1;
            return record;
        }
        if (atomic_load_explicit(&bucket->overflow, memory_order_relaxed) == 0)
            return NULL;
    }
    return NULL;
}
