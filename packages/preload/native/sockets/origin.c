#include "sockets/origin.h"

#include "sockets/options.h"

/* Three bits for each class: what its senders send from, 0 while nobody has said. */
enum { UNTOLD, HOST_4, LOOPBACK_4, HOST_6, LOOPBACK_6, CLASSES = 10, BITS = 3, MASK = 7 };

/* A socket sends most of its datagrams to one receiver from one address, so its port and host make a good class. */
static unsigned shift_of(unsigned interface, unsigned port) {
    return (interface + port) % CLASSES * BITS;
}

static uint32_t word_of(const struct sw_site *from) {
    bool loopback = from->scope == SW_SCOPE_LOOPBACK;
    return from->wire_family == 4 ? (loopback ? LOOPBACK_4 : HOST_4) : (loopback ? LOOPBACK_6 : HOST_6);
}

bool sw_origin_tell(const struct sw_network *network, struct sw_record *receiver, const struct sw_record *sender, const struct sw_address *source) {
    if (!sender->name_wildcard)
        return true;
    struct sw_site from = sw_address_site(network, sender->interface, source);
    if (from.scope == SW_SCOPE_OUTSIDE) /* IPV6_FREEBIND */
        return false;
    _Atomic uint32_t *origins = &sw_options_of(receiver)->origins;
    unsigned shift = shift_of(sender->name_interface, sender->name_port);
    uint32_t word = word_of(&from), told = atomic_load_explicit(origins, memory_order_relaxed);
    while ((told >> shift & MASK) == UNTOLD)
        if (atomic_compare_exchange_weak(origins, &told, told | word << shift))
            return true;
    return (told >> shift & MASK) == word;
}

struct sw_address sw_origin_address(const struct sw_network *network, struct sw_record *receiver, const struct sw_name *name) {
    struct sw_name used = *name;
    uint32_t told = atomic_load_explicit(&sw_options_of(receiver)->origins, memory_order_relaxed) >> shift_of(name->interface, name->port) & MASK;
    if (name->wildcard && told >= HOST_4 && told <= LOOPBACK_6) {
        used.wire_family = told < HOST_6 ? 4 : 6;
        used.loopback = told == LOOPBACK_4 || told == LOOPBACK_6;
    }
    return sw_address_of_name(network, &used, receiver->family);
}
