#include "names/host.h"

#include <string.h>

void sw_host_add_address(struct sw_host *host, const struct sw_ip *ip) {
    for (unsigned i = 0; i < host->address_count; i++)
        if (sw_ip_equal(&host->addresses[i], ip))
            return;
    if (host->address_count < SW_HOST_ADDRESSES_MAX)
        host->addresses[host->address_count++] = *ip;
}

void sw_host_add_name(struct sw_host *host, struct sw_span name) {
    if (name.size == 0 || name.size >= SW_HOST_NAME_SIZE || name.size >= SW_HOST_NAMES_SIZE - host->names_used)
        return;
    const char *known = host->names;
    for (unsigned i = 0; i < host->name_count; i++, known = sw_host_name_after(known))
        if (sw_same_host_name(sw_span_of(known), name))
            return;
    memcpy(host->names + host->names_used, name.bytes, name.size);
    host->names[host->names_used + name.size] = '\0';
    host->names_used += (unsigned)name.size + 1;
    host->name_count++;
}

const char *sw_host_canonical_name(const struct sw_host *host) {
    return host->name_count == 0 ? "" : host->names;
}

const char *sw_host_name_after(const char *name) {
    return name + strlen(name) + 1;
}
