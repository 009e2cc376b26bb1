#include "sockets/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

/* fd00::5357:5f00; the last byte is the interface ID. */
static const uint8_t IPV6_NETWORK[16] = {0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x53, 0x57, 0x5f, 0};
static const uint8_t MAPPED_PREFIX[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

/* struct sockaddr_in6 without sin6_scope_id: the shortest that ipv6(7) takes. */
enum { SHORT_IN6 = 24 };

static uint32_t ipv4_of(const uint8_t bytes[4]) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void put_ipv4(uint8_t bytes[4], uint32_t address) {
    for (int i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(address >> (24 - 8 * i));
}

static uint32_t host_network(const struct sw_network *network) {
    return network->ipv4_network == SW_NETWORK_127 ? 0x7f000000 : 0x0a353900;
}

bool sw_address_is_mapped(const struct sw_address *address) {
    return address->family == AF_INET6 && memcmp(address->bytes, MAPPED_PREFIX, sizeof MAPPED_PREFIX) == 0;
}

bool sw_address_is_wildcard(const struct sw_address *address) {
    static const uint8_t ZEROS[16];
    if (sw_address_is_mapped(address))
        return memcmp(address->bytes + 12, ZEROS, 4) == 0;
    return memcmp(address->bytes, ZEROS, address->family == AF_INET ? 4 : 16) == 0;
}

bool sw_address_is_multicast(const struct sw_address *address) {
    return address->family == AF_INET ? address->bytes[0] >> 4 == 0xe : address->bytes[0] == 0xff;
}

static struct sw_site ipv4_site(const struct sw_network *network, unsigned own, uint32_t address) {
    struct sw_site site = {.scope = SW_SCOPE_OUTSIDE, .wire_family = 4, .interface = (uint8_t)own};
    bool own_loopback = sw_has_ipv4_loopback(network);
    if (address == 0) {
        site.scope = SW_SCOPE_WILDCARD;
    } else if (address == 0xffffffff || address == (host_network(network) | 0x00ffffff)) {
        site.scope = SW_SCOPE_BROADCAST;
    } else if (address >> 28 == 0xe) {
        site.scope = SW_SCOPE_MULTICAST;
    } else if ((address & 0xffffff00) == host_network(network) && (address & 0xff) >= SW_INTERFACE_MIN &&
               (address & 0xff) <= SW_INTERFACE_MAX) {
        site.scope = SW_SCOPE_HOST;
        site.interface = (uint8_t)address;
    } else if (address == (host_network(network) | 0xff)) {
        site.scope = SW_SCOPE_BROADCAST;
    } else if (own_loopback && address == 0x7fffffff) {
        site.scope = SW_SCOPE_BROADCAST;
    } else if (address >> 24 == 127) {
        site.scope = SW_SCOPE_LOOPBACK;
        site.loopback_address = address == INADDR_LOOPBACK ? 0 : address;
    }
    return site;
}

struct sw_site sw_address_site(const struct sw_network *network, unsigned own_interface, const struct sw_address *address) {
    static const uint8_t LOOPBACK[16] = {[15] = 1};
    if (address->family == AF_INET)
        return ipv4_site(network, own_interface, ipv4_of(address->bytes));
    if (sw_address_is_mapped(address))
        return ipv4_site(network, own_interface, ipv4_of(address->bytes + 12));

    struct sw_site site = {.scope = SW_SCOPE_OUTSIDE, .wire_family = 6, .interface = (uint8_t)own_interface};
    uint8_t last = address->bytes[15];
    if (sw_address_is_wildcard(address)) {
        site.scope = SW_SCOPE_WILDCARD;
    } else if (memcmp(address->bytes, LOOPBACK, 16) == 0) {
        site.scope = SW_SCOPE_LOOPBACK;
    } else if (sw_address_is_multicast(address)) {
        site.scope = SW_SCOPE_MULTICAST;
    } else if (memcmp(address->bytes, IPV6_NETWORK, 15) == 0 && last >= SW_INTERFACE_MIN && last <= SW_INTERFACE_MAX) {
        site.scope = SW_SCOPE_HOST;
        site.interface = last;
    }
    return site;
}

int sw_address_read(int family, const struct sockaddr *sockaddr, socklen_t length, struct sw_address *address) {
    memset(address, 0, sizeof *address);
    address->family = (uint16_t)family;
    if (family == AF_INET) {
        if (length < (socklen_t)sizeof(struct sockaddr_in))
            return -EINVAL;
        const struct sockaddr_in *in = (const struct sockaddr_in *)sockaddr;
        if (in->sin_family != AF_INET)
            return -EAFNOSUPPORT;
        memcpy(address->bytes, &in->sin_addr, 4);
        address->port = ntohs(in->sin_port);
        return 0;
    }
    if (length < SHORT_IN6)
        return -EINVAL;
    struct sockaddr_in6 in6 = {0};
    memcpy(&in6, sockaddr, length < sizeof in6 ? length : sizeof in6);
    if (in6.sin6_family != AF_INET6)
        return -EAFNOSUPPORT;
    memcpy(address->bytes, &in6.sin6_addr, 16);
    address->port = ntohs(in6.sin6_port);
    address->scope = in6.sin6_scope_id;
    return 0;
}

socklen_t sw_address_size(int family) {
    return family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
}

void sw_address_write(const struct sw_address *address, int family, struct sockaddr *sockaddr, socklen_t *length) {
    union {
        struct sockaddr_in in;
        struct sockaddr_in6 in6;
    } full;
    memset(&full, 0, sizeof full);
    if (family == AF_INET) {
        full.in.sin_family = AF_INET;
        full.in.sin_port = htons(address->port);
        memcpy(&full.in.sin_addr, address->family == AF_INET6 ? address->bytes + 12 : address->bytes, 4);
    } else {
        full.in6.sin6_family = AF_INET6;
        full.in6.sin6_port = htons(address->port);
        if (address->family == AF_INET) {
            memcpy(&full.in6.sin6_addr, MAPPED_PREFIX, sizeof MAPPED_PREFIX);
            memcpy((char *)&full.in6.sin6_addr + 12, address->bytes, 4);
        } else {
            memcpy(&full.in6.sin6_addr, address->bytes, 16);
        }
        if (full.in6.sin6_addr.s6_addr[0] == 0xfe || full.in6.sin6_addr.s6_addr[0] == 0xff)
            full.in6.sin6_scope_id = address->scope;
    }
    socklen_t size = sw_address_size(family);
    memcpy(sockaddr, &full, *length < size ? *length : size);
    *length = size;
}

static struct sw_address ipv4_address(uint32_t ipv4, uint16_t port, int family) {
    struct sw_address address = {.port = port, .family = (uint16_t)family};
    if (family == AF_INET6) {
        memcpy(address.bytes, MAPPED_PREFIX, sizeof MAPPED_PREFIX);
        put_ipv4(address.bytes + 12, ipv4);
    } else {
        put_ipv4(address.bytes, ipv4);
    }
    return address;
}

struct sw_address sw_address_of_site(const struct sw_network *network, const struct sw_site *site, uint16_t port, int family) {
    if (site->wire_family == 4) {
        uint32_t ipv4 = host_network(network) | site->interface;
        if (site->scope == SW_SCOPE_LOOPBACK)
            ipv4 = site->loopback_address != 0 ? site->loopback_address : INADDR_LOOPBACK;
        else if (site->scope == SW_SCOPE_WILDCARD)
            ipv4 = 0;
        return ipv4_address(ipv4, port, family);
    }
    struct sw_address address = {.port = port, .family = AF_INET6};
    if (site->scope == SW_SCOPE_LOOPBACK) {
        address.bytes[15] = 1;
    } else if (site->scope != SW_SCOPE_WILDCARD) {
        memcpy(address.bytes, IPV6_NETWORK, 16);
        address.bytes[15] = site->interface;
    }
    return address;
}

struct sw_site sw_address_source(const struct sw_network *network, unsigned own_interface, const struct sw_site *target) {
    struct sw_site source = *target;
    bool has_loopback = target->wire_family == 6 || sw_has_ipv4_loopback(network);
    source.scope = target->scope == SW_SCOPE_LOOPBACK && has_loopback ? SW_SCOPE_LOOPBACK : SW_SCOPE_HOST;
    source.interface = (uint8_t)own_interface;
    source.loopback_address = 0;
    return source;
}

struct sw_address sw_address_of_name(const struct sw_network *network, const struct sw_name *name, int family) {
    struct sw_site site = {
        .scope = name->loopback ? SW_SCOPE_LOOPBACK : SW_SCOPE_HOST,
        .wire_family = name->wire_family,
        .interface = name->interface,
        .loopback_address = name->loopback_address,
    };
    return sw_address_of_site(network, &site, name->port, family);
}

struct sw_address sw_address_unmapped(const struct sw_address *address) {
    struct sw_address plain = *address;
    if (sw_address_is_mapped(address)) {
        memmove(plain.bytes, plain.bytes + 12, 4);
        memset(plain.bytes + 4, 0, 12);
        plain.family = AF_INET;
    }
    return plain;
}

bool sw_address_same_host(const struct sw_address *a, const struct sw_address *b) {
    bool a4 = a->family == AF_INET || sw_address_is_mapped(a), b4 = b->family == AF_INET || sw_address_is_mapped(b);
    if (a4 != b4)
        return false;
    if (!a4)
        return memcmp(a->bytes, b->bytes, 16) == 0;
    return memcmp(a->family == AF_INET ? a->bytes : a->bytes + 12, b->family == AF_INET ? b->bytes : b->bytes + 12, 4) == 0;
}

bool sw_address_equal(const struct sw_address *a, const struct sw_address *b) {
    return a->port == b->port && sw_address_same_host(a, b);
}
