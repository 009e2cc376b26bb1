#include "names/destination_order.h"

#include <string.h>

/* RFC 6724 §2.1, longest prefix first. */
static const struct policy {
    uint8_t prefix[SW_IPV6_SIZE];
    uint8_t prefix_bits;
    uint8_t precedence;
    uint8_t label;
} POLICIES[] = {
    {{[15] = 1}, 128, 50, 0},                  /* ::1 */
    {{[10] = 0xff, [11] = 0xff}, 96, 35, 4},   /* IPv4 */
    {{0}, 96, 1, 3},                           /* ::/96 */
    {{0x20, 0x01}, 32, 5, 5},                  /* 2001::/32 */
    {{0x20, 0x02}, 16, 30, 2},                 /* 2002::/16 */
    {{0x3f, 0xfe}, 16, 1, 12},                 /* 3ffe::/16 */
    {{0xfe, 0xc0}, 10, 1, 11},                 /* fec0::/10 */
    {{0xfc}, 7, 3, 13},                        /* fc00::/7 */
    {{0}, 0, 40, 1},                           /* everything else */
};

/* RFC 4291 §2.7 */
enum scope { LINK_LOCAL_SCOPE = 2, SITE_LOCAL_SCOPE = 5, GLOBAL_SCOPE = 14 };

/* What the rules compare: an address is better when the first member that differs is greater. */
struct rank {
    int usable;        /* rule 1 */
    int same_scope;    /* rule 2 */
    int same_label;    /* rule 5 */
    int precedence;    /* rule 6 */
    int smaller_scope; /* rule 8 */
};

static bool has_prefix(const uint8_t *address, const uint8_t *prefix, unsigned bits) {
    unsigned bytes = bits / 8;
    if (memcmp(address, prefix, bytes) != 0)
        return false;
    unsigned rest = bits % 8;
    return rest == 0 || (address[bytes] ^ prefix[bytes]) >> (8 - rest) == 0;
}

/* The last policy matches every address. */
static const struct policy *policy_of(const struct sw_ip *ip) {
    struct sw_ip address = sw_ip_mapped(ip);
    const struct policy *policy = POLICIES;
    while (!has_prefix(address.bytes, policy->prefix, policy->prefix_bits))
        policy++;
    return policy;
}

static int scope_of(const struct sw_ip *ip) {
    struct sw_ip plain = sw_ip_unmapped(ip);
    const uint8_t *bytes = plain.bytes;
    if (plain.family == AF_INET)
        return bytes[0] == 127 || (bytes[0] == 169 && bytes[1] == 254) ? LINK_LOCAL_SCOPE : GLOBAL_SCOPE;
    if (bytes[0] == 0xff)
        return bytes[1] & 0x0f;
    if (sw_ip_is_loopback(&plain) || sw_ip_is_link_local(&plain))
        return LINK_LOCAL_SCOPE;
    return bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0xc0 ? SITE_LOCAL_SCOPE : GLOBAL_SCOPE;
}

static struct rank rank_of(const struct sw_place *place, const struct sw_ip *destination) {
    const struct policy *policy = policy_of(destination);
    int scope = scope_of(destination);
    struct rank rank = {.precedence = policy->precedence, .smaller_scope = -scope};
    struct sw_ip source;
    if (sw_place_source_for(place, destination, &source)) {
        rank.usable = 1;
        rank.same_scope = scope_of(&source) == scope;
        rank.same_label = policy_of(&source)->label == policy->label;
    }
    return rank;
}

static bool is_better(const struct rank *one, const struct rank *other) {
    if (one->usable != other->usable)
        return one->usable > other->usable;
    if (one->same_scope != other->same_scope)
        return one->same_scope > other->same_scope;
    if (one->same_label != other->same_label)
        return one->same_label > other->same_label;
    if (one->precedence != other->precedence)
        return one->precedence > other->precedence;
    return one->smaller_scope > other->smaller_scope;
}

void sw_sort_destinations(const struct sw_place *place, struct sw_ip *destinations, unsigned count) {
    for (unsigned i = 1; i < count; i++) {
        struct sw_ip moving = destinations[i];
        struct rank rank = rank_of(place, &moving);
        unsigned to = i;
        for (; to > 0; to--) {
            struct rank before = rank_of(place, &destinations[to - 1]);
            if (!is_better(&rank, &before))
                break;
            destinations[to] = destinations[to - 1];
        }
        destinations[to] = moving;
    }
}
