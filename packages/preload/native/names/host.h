/* host.h: what is known about one name or address: its names, the canonical one first, and its addresses in the order found.
 *
 * A plain value without pointers. What does not fit is left out, as a resolver truncates a long answer. */
#ifndef SW_NAMES_HOST_H
#define SW_NAMES_HOST_H

#include "names/ip.h"
#include "names/text_line.h"

enum { SW_HOST_ADDRESSES_MAX = 64, SW_HOST_NAMES_SIZE = 2048, SW_HOST_NAME_SIZE = 256 };

struct sw_host {
    unsigned address_count;
    struct sw_ip addresses[SW_HOST_ADDRESSES_MAX];
    unsigned name_count;
    unsigned names_used;
    char names[SW_HOST_NAMES_SIZE]; /* name_count strings, one after the other */
};

/* Both leave out what is there already. Empty names and names of SW_HOST_NAME_SIZE bytes or more do not count. */
void sw_host_add_address(struct sw_host *host, const struct sw_ip *ip);
void sw_host_add_name(struct sw_host *host, struct sw_span name);

const char *sw_host_canonical_name(const struct sw_host *host);

/* The string after `name` in host->names: walks all `name_count` of them. */
const char *sw_host_name_after(const char *name);

#endif
