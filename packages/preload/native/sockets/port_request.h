/* port_request.h: what bind(2) asks for: an address, and the names of socket files that lead there. */
#ifndef SW_SOCKETS_PORT_REQUEST_H
#define SW_SOCKETS_PORT_REQUEST_H

#include "sockets/address.h"
#include "state/fd_table.h"

/* The first claim that is free becomes the name that peers see. */
struct sw_port_request {
    struct sw_address local; /* as getsockname(2) will show it; the port may still be 0 */
    struct sw_name name;     /* without the parts that a claim decides */
    uint8_t claims;
    uint8_t preferred;       /* the claim whose name peers see */
    bool wildcard;
    bool is_aside;           /* a multicast or broadcast address, or one that no host has: the names of the host are for others */
};

/* What binding `socket` to `address` takes: -EADDRNOTAVAIL when the host does not have it, -EINVAL when the family or the scope does not fit. */
int sw_port_request_for(const struct sw_socket *socket, const struct sw_address *address, struct sw_port_request *request);

/* The name by which the claim with this index of sw_claims leads to the socket. */
struct sw_name sw_port_claim_name(const struct sw_port_request *request, unsigned claim);

#endif
