#include "sockets/port_request.h"

#include "sockets/options.h"
#include "state/endpoint_index.h"

#include <errno.h>

struct sw_name sw_port_claim_name(const struct sw_port_request *request, unsigned claim) {
    struct sw_name name = request->name;
    name.wire_family = sw_claims[claim].family;
    name.loopback = sw_claims[claim].loopback;
    if (!name.loopback || name.wire_family == 6)
        name.loopback_address = 0;
    return name;
}

static bool place_needs_scope(const struct sw_address *address) {
    uint8_t scope = address->bytes[1] & 0xf;
    return address->family == AF_INET6 && address->bytes[0] == 0xff && (scope == 1 || scope == 2) && address->scope == 0;
}

int sw_port_request_for(const struct sw_socket *socket, const struct sw_address *address, struct sw_port_request *request) {
    const struct sw_network *network = socket->network;
    const struct sw_record *record = socket->record;
    int own = sw_config_interface_of_socket(record->interface);
    if (own == 0)
        return -EINVAL;
    struct sw_site site = sw_address_site(network, (unsigned)own, address);
    bool v6only = sw_record_has(record, SW_V6ONLY);
    if (record->family == AF_INET6 && site.wire_family == 4 && v6only)
        return -EINVAL;

    *request = (struct sw_port_request){
        .local = *address,
        .name = {.udp = record->type == SOCK_DGRAM, .interface = site.interface, .port = address->port,
                 .loopback_address = site.loopback_address},
    };
    uint8_t ipv4 = SW_CLAIM_IPV4 | SW_CLAIM_IPV4_LOOPBACK;
    switch (site.scope) {
    case SW_SCOPE_WILDCARD:
        request->wildcard = true;
        if (site.wire_family == 4) {
            request->claims = ipv4;
            request->preferred = SW_CLAIM_IPV4;
        } else {
            request->claims = (uint8_t)(SW_CLAIM_IPV6 | SW_CLAIM_IPV6_LOOPBACK | (v6only ? 0 : ipv4));
            request->preferred = SW_CLAIM_IPV6;
        }
        return 0;
    case SW_SCOPE_HOST:
        request->claims = request->preferred = site.wire_family == 4 ? SW_CLAIM_IPV4 : SW_CLAIM_IPV6;
        return 0;
    case SW_SCOPE_LOOPBACK:
        request->claims = request->preferred = site.wire_family == 4 ? SW_CLAIM_IPV4_LOOPBACK : SW_CLAIM_IPV6_LOOPBACK;
        return 0;
    case SW_SCOPE_MULTICAST:
        if (record->family == AF_INET6 && record->type == SOCK_STREAM)
            return -EINVAL;
        /* Of the interface or the link: which one must be said. */
        if (place_needs_scope(address))
            return -EINVAL;
        /* fall through */
    case SW_SCOPE_BROADCAST:
        request->is_aside = true;
        request->preferred = site.wire_family == 4 ? SW_CLAIM_IPV4 : SW_CLAIM_IPV6;
        /* A stream gets another address as soon as it connects. */
        request->claims = record->type == SOCK_STREAM ? ipv4 : request->preferred;
        return 0;
    default:
        /* A link-local address needs its interface. */
        if (address->family == AF_INET6 && address->bytes[0] == 0xfe && (address->bytes[1] & 0xc0) == 0x80 && address->scope == 0)
            return -EINVAL;
        if (!sw_options_switch(record, SW_SWITCH_FREEBIND))
            return -EADDRNOTAVAIL;
        /* Nothing leads there: only its port counts, and who else has that. */
        request->is_aside = true;
        request->claims = request->preferred = site.wire_family == 4 ? SW_CLAIM_IPV4 : SW_CLAIM_IPV6;
        return 0;
    }
}
