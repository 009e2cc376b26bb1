/* address.h: IP addresses as programs give them, and where on the network they lead. */
#ifndef SW_SOCKETS_ADDRESS_H
#define SW_SOCKETS_ADDRESS_H

#include "sockets/name.h"
#include "state/network.h"

#include <sys/socket.h>

enum sw_scope {
    SW_SCOPE_WILDCARD,
    SW_SCOPE_HOST,      /* the address of host `interface` on the network */
    SW_SCOPE_LOOPBACK,  /* the own host's loopback */
    SW_SCOPE_BROADCAST,
    SW_SCOPE_MULTICAST,
    SW_SCOPE_OUTSIDE,
};

/* Where an address leads. `wire_family` is 4 for an IPv4-mapped address. */
struct sw_site {
    enum sw_scope scope;
    uint8_t wire_family;
    uint8_t interface;
    uint32_t loopback_address; /* as in struct sw_name */
};

struct sw_site sw_address_site(const struct sw_network *network, unsigned own_interface, const struct sw_address *address);

/* Reads `sockaddr` for a socket of `family`: -EINVAL when it is too short for that family, -EAFNOSUPPORT when it is of another. */
int sw_address_read(int family, const struct sockaddr *sockaddr, socklen_t length, struct sw_address *address);

/* Gives `address` to a program in the form of `family`, as move_addr_to_user() of the kernel does: at most *length bytes are written,
 * *length becomes the full size. */
void sw_address_write(const struct sw_address *address, int family, struct sockaddr *sockaddr, socklen_t *length);

/* The size of a sockaddr of `family`. */
socklen_t sw_address_size(int family);

/* The endpoint that `name` stands for, as a socket of `family` sees it: mapped when that is IPv6 and the name IPv4. */
struct sw_address sw_address_of_name(const struct sw_network *network, const struct sw_name *name, int family);

/* The address of `place` (host, loopback or wildcard) with `port`, as a socket of `family` sees it. */
struct sw_address sw_address_of_site(const struct sw_network *network, const struct sw_site *site, uint16_t port, int family);

/* Where a socket without an address of its own is when it talks to `target`. */
struct sw_site sw_address_source(const struct sw_network *network, unsigned own_interface, const struct sw_site *target);

/* Whether 127.0.0.1 is the host's own loopback: in 127.0.0.0 it is a host, as all are whose last byte alone differs. */
static inline bool sw_has_ipv4_loopback(const struct sw_network *network) {
    return network->ipv4_network == SW_NETWORK_10_53_57;
}

bool sw_address_is_wildcard(const struct sw_address *address);
/* A group of its own family; of a mapped address it does not tell. */
bool sw_address_is_multicast(const struct sw_address *address);
bool sw_address_is_mapped(const struct sw_address *address);

/* A mapped address as the IPv4 address that it is; any other as it is. */
struct sw_address sw_address_unmapped(const struct sw_address *address);

/* Same address and port; mapped and plain IPv4 are the same. */
bool sw_address_equal(const struct sw_address *a, const struct sw_address *b);

/* Same address, whatever the ports. */
bool sw_address_same_host(const struct sw_address *a, const struct sw_address *b);

#endif
