#include "sockets/port_holders.h"

#include "sockets/life.h"
#include "sockets/path.h"
#include "sockets/stream_state.h"
#include "state/endpoint_index.h"

#include <errno.h>
#include <signal.h>

bool sw_port_is_held(const struct sw_socket *socket) {
    const struct sw_record *record = socket->record;
    if (!sw_record_has(record, SW_BOUND))
        return false;
    if (record->type != SOCK_STREAM || sw_record_has(record, SW_PORT_CHOSEN))
        return true;
    return !sw_record_has(record, SW_CONNECTED) || !sw_stream_is_closed(socket);
}

/* inet_rcv_saddr_equal(), for two sockets that both claim one name: whether they want the same datagrams or connections. */
static bool overlaps(const struct sw_port_request *request, const struct sw_record *other) {
    if (sw_record_is_everywhere(other))
        return true;
    if (!request->wildcard)
        return sw_address_same_host(&request->local, &other->local);
    /* Whoever is on one address by now may be on one of the other family. */
    if (request->local.family == AF_INET)
        return !sw_record_has(other, SW_V6ONLY);
    bool is_ipv6 = other->family == AF_INET6 && !sw_address_is_mapped(&other->local);
    return (request->claims & (is_ipv6 ? SW_CLAIM_IPV6 | SW_CLAIM_IPV6_LOOPBACK : SW_CLAIM_IPV4 | SW_CLAIM_IPV4_LOOPBACK)) != 0;
}

/* inet_bind_conflict() and udp_lib_lport_inuse() of the kernel. */
static bool may_share(const struct sw_record *record, const struct sw_record *other) {
    if (sw_record_has(record, SW_REUSEPORT) && sw_record_has(other, SW_REUSEPORT))
        return true;
    if (!sw_record_has(record, SW_REUSEADDR) || !sw_record_has(other, SW_REUSEADDR))
        return false;
    return record->type == SOCK_DGRAM || !sw_record_has(other, SW_LISTENING);
}

bool sw_port_has_accepted(const struct sw_socket *socket, const struct sw_port_request *request) {
    struct sw_network *network = socket->network;
    if (socket->record->type != SOCK_STREAM)
        return false;
    for (unsigned page = 0; page < SW_PAGE_COUNT; page++) {
        uint8_t used = network->state->header.used_pages[page / 8];
        /* Eight at a time: nearly all of them are empty. */
        if (used == 0)
            page |= 7;
        if ((used >> page % 8 & 1) == 0)
            continue;
        for (unsigned i = 0; i < SW_RECORDS_PER_PAGE; i++) {
            const struct sw_record *other = &network->state->records[page * SW_RECORDS_PER_PAGE + i];
            if (atomic_load(&other->cookie) <= SW_COOKIE_DELETED || !sw_record_has(other, SW_ACCEPTED) || !sw_record_has(other, SW_CONNECTED) ||
                other->local.port != request->name.port || other->interface != request->name.interface)
                continue;
            /* tcp_done() has given the port of such a connection back. */
            if (sw_record_has(other, SW_RESET_RECEIVED | SW_RESET_SENT) || may_share(socket->record, other) || !overlaps(request, other))
                continue;
            if (kill((pid_t)other->pid, 0) == 0 || errno != ESRCH)
                return true;
        }
    }
    return false;
}

int sw_port_look(const struct sw_socket *socket, const struct sw_port_request *request, bool had, uint8_t *taken) {
    struct sw_network *network = socket->network;
    *taken = 0;
    for (unsigned i = 0; i < SW_CLAIM_COUNT; i++) {
        if ((request->claims & sw_claims[i].claim) == 0)
            continue;
        struct sw_name name = sw_port_claim_name(request, i);
        uint32_t key = sw_endpoint_key(sw_transport_of(socket->record), name.wire_family, name.loopback, name.interface, name.port);
        bool shared = false;
        unsigned position = 0;
        struct sw_record *other;
        while ((other = sw_endpoint_next(network, key, &position)) != NULL) {
            if (other == socket->record)
                continue;
            if (!overlaps(request, other)) {
                /* One that was on all addresses when it made the file, and is on one now. */
                shared |= (other->name_files & sw_claims[i].claim) != 0 && other->name_address == name.loopback_address;
                continue;
            }
            /* Thousands may share an endpoint, and asking costs a connect(2): one that holds no file and shares is in nobody's way,
             * dead or alive. */
            bool shares = had || may_share(socket->record, other) || !sw_record_has(other, SW_BOUND);
            struct sw_name others = sw_record_name(other);
            if ((!shares || other->name_files != 0) && !sw_name_is_served(network, &others)) {
                sw_socket_release(network, other);
                continue;
            }
            if (!shares)
                return -EADDRINUSE;
            shared = true;
        }

        if (sw_record_has(socket->record, SW_UDP_LITE))
            continue;
        struct sw_path path;
        int result = sw_path_open(&path, network, &name);
        if (result < 0)
            return result;
        bool exists = sw_path_exists(&path);
        if (exists && (!shared || request->is_aside) && !sw_name_is_served(network, &name)) {
            sw_path_unlink(&path);
            exists = false;
        }
        sw_path_close(&path);
        if (exists && !shared && !request->is_aside)
            return -EADDRINUSE;
        if (exists)
            *taken |= sw_claims[i].claim;
    }
    return 0;
}

bool sw_port_is_in_the_way(const struct sw_socket *socket) {
    const struct sw_record *record = socket->record;
    struct sw_port_request request = {
        .local = record->local,
        .name = {.interface = record->name_interface, .port = record->name_port},
        .claims = record->name_claims,
        .wildcard = sw_record_has(record, SW_WILDCARD),
    };
    uint32_t keys[SW_CLAIM_COUNT];
    unsigned count = sw_endpoint_keys(record, keys);
    for (unsigned i = 0; i < count; i++) {
        unsigned position = 0;
        struct sw_record *other;
        while ((other = sw_endpoint_next(socket->network, keys[i], &position)) != NULL)
            if (other != record && sw_record_has(other, SW_BOUND) && overlaps(&request, other) && !may_share(record, other)) {
                struct sw_name name = sw_record_name(other);
                if (sw_name_is_served(socket->network, &name))
                    return true;
            }
    }
    return sw_port_has_accepted(socket, &request);
}

bool sw_port_has_connection(const struct sw_socket *socket, const struct sw_address *peer) {
    const struct sw_record *record = socket->record;
    uint32_t keys[SW_CLAIM_COUNT];
    unsigned count = sw_record_has(record, SW_NAMED) ? sw_endpoint_keys(record, keys) : 0;
    for (unsigned i = 0; i < count; i++) {
        unsigned position = 0;
        const struct sw_record *other;
        while ((other = sw_endpoint_next(socket->network, keys[i], &position)) != NULL)
            if (other != record && sw_record_has(other, SW_CONNECTED) && sw_record_has(other, SW_BOUND) && sw_address_equal(&other->peer, peer))
                return true;
    }
    return false;
}
