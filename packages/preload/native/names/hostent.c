#include "names/hostent.h"

#include "names/hosts.h"
#include "names/lookup.h"
#include "names/numeric.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

/* Hands out parts of the caller's buffer. */
struct arena {
    char *next;
    size_t left;
};

static void *take(struct arena *arena, size_t size) {
    if (size > arena->left)
        return NULL;
    void *part = arena->next;
    arena->next += size;
    arena->left -= size;
    return part;
}

/* The pointer arrays come first, aligned; then addresses; then strings. */
static int pack(const struct sw_host *host, int family, struct hostent *entry, char *buffer, size_t size) {
    unsigned address_count = 0;
    for (unsigned i = 0; i < host->address_count; i++)
        address_count += host->addresses[i].family == family;
    unsigned alias_count = host->name_count > 0 ? host->name_count - 1 : 0;
    size_t address_size = sw_ip_size(family);

    struct arena arena = {buffer, size};
    if (take(&arena, -(uintptr_t)buffer % sizeof(char *)) == NULL)
        return -ERANGE;
    char **addresses = take(&arena, (address_count + 1) * sizeof *addresses);
    char **aliases = take(&arena, (alias_count + 1) * sizeof *aliases);
    char *bytes = take(&arena, address_count * address_size);
    size_t names_size = host->names_used > 0 ? host->names_used : 1;
    char *names = take(&arena, names_size);
    if (addresses == NULL || aliases == NULL || bytes == NULL || names == NULL)
        return -ERANGE;

    memcpy(names, host->names, names_size);
    *entry = (struct hostent){
        .h_name = names,
        .h_aliases = aliases,
        .h_addrtype = family,
        .h_length = (int)address_size,
        .h_addr_list = addresses,
    };
    for (unsigned i = 0; i < alias_count; i++) {
        names += strlen(names) + 1;
        *aliases++ = names;
    }
    *aliases = NULL;
    for (unsigned i = 0; i < host->address_count; i++) {
        if (host->addresses[i].family != family)
            continue;
        *addresses++ = memcpy(bytes, host->addresses[i].bytes, address_size);
        bytes += address_size;
    }
    *addresses = NULL;
    return 0;
}

static bool has_family(const struct sw_host *host, int family) {
    for (unsigned i = 0; i < host->address_count; i++)
        if (host->addresses[i].family == family)
            return true;
    return false;
}

/* Narrower than getaddrinfo(3): no hexadecimal IPv4 numbers and no scope IDs. */
static bool is_number(const char *name, struct sw_ip *ip) {
    if (sw_numeric_parse(name, ip) != SW_NUMERIC)
        return false;
    return ip->family == AF_INET ? name[strspn(name, "0123456789.")] == '\0' : strchr(name, '%') == NULL;
}

int sw_hostent_by_name(const struct sw_place *place, const char *name, int family, struct hostent *entry, char *buffer,
                       size_t size) {
    struct sw_host host = {0};
    struct sw_ip number;
    if (family != AF_INET && family != AF_INET6)
        return -EAFNOSUPPORT;
    if (is_number(name, &number)) {
        if (number.family != family)
            return HOST_NOT_FOUND;
        sw_host_add_address(&host, &number);
        sw_host_add_name(&host, sw_span_of(name));
        return pack(&host, family, entry, buffer, size);
    }
    if (!sw_lookup_name(place, name, &host))
        return HOST_NOT_FOUND;
    return has_family(&host, family) ? pack(&host, family, entry, buffer, size) : NO_DATA;
}

int sw_hostent_by_address(const struct sw_place *place, const void *address, socklen_t length, int family,
                          struct hostent *entry, char *buffer, size_t size) {
    struct sw_host host;
    if (sw_ip_size(family) == 0 || length < sw_ip_size(family))
        return -EAFNOSUPPORT;
    if (length > sw_ip_size(family))
        return HOST_NOT_FOUND;
    struct sw_ip ip = sw_ip_of_bytes(family, address);
    if (!sw_lookup_address(place, &ip, &host))
        return HOST_NOT_FOUND;
    /* The address that was asked for, which may be a v4-mapped one. */
    host.address_count = 0;
    sw_host_add_address(&host, &ip);
    return pack(&host, family, entry, buffer, size);
}

int sw_hostent_at(const struct sw_place *place, unsigned position, struct hostent *entry, char *buffer, size_t size) {
    struct sw_host host = {0};
    if (!sw_hosts_entry_at(place, position, &host))
        return HOST_NOT_FOUND;
    return pack(&host, host.addresses[0].family, entry, buffer, size);
}
