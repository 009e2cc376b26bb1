/* endpoint_index.h: which sockets serve an endpoint.
 *
 * An endpoint's key is transport, wire family, loopback or not, interface and port. Several sockets may share one key. The index may
 * name sockets that are gone: look at the record before you believe it. */
#ifndef SW_STATE_ENDPOINT_INDEX_H
#define SW_STATE_ENDPOINT_INDEX_H

#include "state/network.h"

#include <sys/socket.h>

enum sw_transport { SW_TCP, SW_UDP, SW_UDPLITE };

/* Never 0. `wire_family` is 4 or 6: what the packets are, not what the socket is. */
static inline uint32_t sw_endpoint_key(enum sw_transport transport, int wire_family, bool loopback, unsigned interface, uint16_t port) {
    bool udp = transport != SW_TCP;
    return 1u << 31 | (uint32_t)(transport == SW_UDPLITE) << 27 | (uint32_t)udp << 30 | (uint32_t)(wire_family == 6) << 29 | (uint32_t)loopback << 28 |
           (interface & 0xffu) << 16 | port;
}

static inline enum sw_transport sw_transport_of(const struct sw_record *record) {
    if (record->type == SOCK_STREAM)
        return SW_TCP;
    return (atomic_load_explicit(&record->flags, memory_order_relaxed) & SW_UDP_LITE) != 0 ? SW_UDPLITE : SW_UDP;
}

/* The files that lead to one socket; bit set in a record's name_claims. */
enum sw_claim { SW_CLAIM_IPV4 = 1, SW_CLAIM_IPV4_LOOPBACK = 2, SW_CLAIM_IPV6 = 4, SW_CLAIM_IPV6_LOOPBACK = 8 };

/* What each claim stands for. */
enum { SW_CLAIM_COUNT = 4 };
struct sw_claim_kind {
    uint8_t claim, family; /* 4 or 6 */
    bool loopback;
};
extern const struct sw_claim_kind sw_claims[SW_CLAIM_COUNT];

/* Whether there is room for the endpoint: false when the file system is full. */
bool sw_endpoint_make_room(struct sw_network *network, uint32_t key);

void sw_endpoint_add(struct sw_network *network, uint32_t key, const struct sw_record *record);

/* Removes the record from every key that its claims and port say. */
void sw_endpoint_remove_all(struct sw_network *network, const struct sw_record *record);

/* The keys of a record, by its claims; returns how many, at most 4. */
unsigned sw_endpoint_keys(const struct sw_record *record, uint32_t keys[4]);

/* Walks over the records of `key`: start with *position 0, NULL ends. Records of other endpoints are left out. */
struct sw_record *sw_endpoint_next(struct sw_network *network, uint32_t key, unsigned *position);

#endif
