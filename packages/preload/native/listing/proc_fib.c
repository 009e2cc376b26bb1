#include "listing/proc_fib.h"

#include "names/routes.h"

#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

/* fib_trie_seq_show(): those of one address together, the widest first. */
static int by_destination(const void *one, const void *other) {
    const struct sw_route *a = one, *b = other;
    int order = memcmp(a->destination.bytes, b->destination.bytes, SW_IPV4_SIZE);
    return order != 0 ? order : (int)a->prefix - (int)b->prefix;
}

static const char *scope_name(uint8_t scope) {
    return scope == RT_SCOPE_HOST ? "host" : scope == RT_SCOPE_LINK ? "link" : "universe";
}

static const char *type_name(uint8_t type) {
    return type == RTN_LOCAL ? "LOCAL" : type == RTN_BROADCAST ? "BROADCAST" : "UNICAST";
}

static void print_table(struct sw_growing *text, const char *name, const struct sw_route *routes, unsigned count) {
    const uint8_t *last = NULL;
    unsigned leaves = 0;
    for (unsigned i = 0; i < count; i++)
        leaves += i == 0 || memcmp(routes[i].destination.bytes, routes[i - 1].destination.bytes, SW_IPV4_SIZE) != 0;
    sw_growing_print(text, "%s:\n  +-- 0.0.0.0/0 %u 0 %u\n", name, leaves, 0u);
    for (unsigned i = 0; i < count; i++) {
        const uint8_t *bytes = routes[i].destination.bytes;
        if (last == NULL || memcmp(last, bytes, SW_IPV4_SIZE) != 0)
            sw_growing_print(text, "     |-- %u.%u.%u.%u\n", bytes[0], bytes[1], bytes[2], bytes[3]);
        sw_growing_print(text, "        /%u %s %s\n", routes[i].prefix, scope_name(routes[i].scope), type_name(routes[i].type));
        last = bytes;
    }
}

void sw_proc_fib_trie(struct sw_growing *text) {
    struct sw_route routes[SW_ROUTES_MOST];
    struct sw_place place;
    if (!sw_place_now(&place))
        return;
    unsigned count = sw_routes(&place, routes), ipv4 = 0;
    while (ipv4 < count && routes[ipv4].destination.family == AF_INET)
        ipv4++;
    qsort(routes, ipv4, sizeof *routes, by_destination);
    /* Without rules of its own a machine has one table under both names. */
    print_table(text, "Main", routes, ipv4);
    print_table(text, "Local", routes, ipv4);
}
