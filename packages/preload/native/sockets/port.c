#include "sockets/port.h"

#include "base/log.h"
#include "base/real.h"
#include "sockets/datagram_anew.h"
#include "sockets/life.h"
#include "sockets/options.h"
#include "sockets/path.h"
#include "sockets/port_holders.h"
#include "sockets/spill.h"
#include "sockets/stream_anew.h"
#include "state/endpoint_index.h"
#include "state/files.h"
#include "state/lock.h"

#include <errno.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* net.ipv4.ip_local_port_range of the kernel. */
enum { FIRST_EPHEMERAL = 32768, EPHEMERAL_PORTS = 60999 - 32768 + 1 };

static uint16_t next_ephemeral(struct sw_network *network) {
    uint32_t count = atomic_fetch_add_explicit(&network->state->header.ephemeral, 1, memory_order_relaxed);
    return (uint16_t)(FIRST_EPHEMERAL + count % EPHEMERAL_PORTS);
}

static int bind_name(const struct sw_socket *socket, const struct sw_name *name) {
    struct sw_path path;
    int result = sw_path_open(&path, socket->network, name);
    if (result == 0) {
        result = sw_path_bind(socket->fd, &path);
        if (result == 0 && sw_network_has_other_users(socket->network))
            sw_path_open_to_others(&path);
        sw_path_close(&path);
    }
    if (result == -ENOENT || result == -EACCES || result == -EROFS || result == -ENOSPC || result == -ENOTDIR)
        sw_log(SW_LOG_ERROR, "cannot make a socket file in '%s': %s", socket->network->directory, strerror(-result));
    return result;
}

static void link_name(const struct sw_network *network, const struct sw_name *from, const struct sw_name *to) {
    struct sw_path source, target;
    if (sw_path_open(&source, network, from) != 0)
        return;
    if (sw_path_open(&target, network, to) == 0) {
        int result = sw_path_link(&source, &target);
        if (result < 0)
            sw_log(SW_LOG_WARN, "cannot link '%s': %s", target.address.sun_path, strerror(-result));
        sw_path_close(&target);
    }
    sw_path_close(&source);
}

static void record_name(const struct sw_socket *socket, const struct sw_port_request *request, const struct sw_name *name, uint8_t files) {
    struct sw_record *record = socket->record;
    record->name_family = name->wire_family;
    record->name_loopback = name->loopback;
    record->name_wildcard = name->wildcard;
    record->name_interface = name->interface;
    record->name_port = name->port;
    record->name_address = name->loopback_address;
    record->share = name->share;
    record->name_claims = request->claims;
    record->name_files = files;
    record->interface = name->interface;
    sw_record_set(record, SW_NAMED);
    uint32_t keys[4];
    unsigned count = sw_endpoint_keys(record, keys);
    for (unsigned i = 0; i < count; i++)
        sw_endpoint_add(socket->network, keys[i], record);
    sw_network_host_seen(socket->network, name->interface);
}

static bool has_room(const struct sw_socket *socket, const struct sw_port_request *request) {
    enum sw_transport transport = sw_transport_of(socket->record);
    for (unsigned i = 0; i < SW_CLAIM_COUNT; i++)
        if ((request->claims & sw_claims[i].claim) != 0 &&
            !sw_endpoint_make_room(socket->network, sw_endpoint_key(transport, sw_claims[i].family, sw_claims[i].loopback,
                                                                    request->name.interface, request->name.port)))
            return false;
    return true;
}

/* Binds to the names of `request`, whose port is set. The network's lock is held. */
static int claim(const struct sw_socket *socket, struct sw_port_request *request, bool had) {
    uint8_t taken;
    int result = sw_port_look(socket, request, had, &taken);
    if (result < 0)
        return result;

    if (!has_room(socket, request))
        return -ENOSPC;
    unsigned preferred = 0;
    while (sw_claims[preferred].claim != request->preferred)
        preferred++;
    struct sw_name name = sw_port_claim_name(request, preferred);
    /* What it sends may come from any address of its host. */
    name.wildcard = name.udp && (request->wildcard || request->is_aside);
    /* UDP-Lite has no letter of its own: its sockets go by numbered names alone. */
    bool lite = sw_record_has(socket->record, SW_UDP_LITE);
    bool shares = (taken & request->preferred) != 0 || request->is_aside || lite;
    do {
        if (shares) {
            uint32_t number = atomic_fetch_add(&socket->network->state->header.shared_endpoints, 1);
            name.share = (uint16_t)(number % UINT16_MAX + 1);
        }
        result = bind_name(socket, &name);
    } while (result == -EADDRINUSE && shares);
    if (result < 0)
        return result;
    if (taken != 0)
        atomic_fetch_add(&socket->network->state->header.shared_endpoints, 1);

    uint8_t files = 0;
    for (unsigned i = 0; i < 4 && !request->is_aside && !lite; i++) {
        if ((request->claims & sw_claims[i].claim & ~taken) == 0)
            continue;
        files |= sw_claims[i].claim;
        struct sw_name other = sw_port_claim_name(request, i);
        if (i != preferred || shares)
            link_name(socket->network, &name, &other);
    }
    record_name(socket, request, &name, files);
    return 0;
}

/* Tries ports of the kernel's choice until one is free. */
static int claim_ephemeral(const struct sw_socket *socket, struct sw_port_request *request) {
    for (unsigned i = 0; i < EPHEMERAL_PORTS; i++) {
        request->name.port = next_ephemeral(socket->network);
        int result = claim(socket, request, false);
        if (result != -EADDRINUSE)
            return result;
    }
    return -EADDRINUSE;
}

static int bind_request(struct sw_socket *socket, struct sw_port_request *request, bool had) {
    struct sw_record *record = socket->record;
    sigset_t mask;
    int result;
    sw_network_lock(socket->network, &mask);
    if (sw_record_has(record, SW_NAMED)) {
        result = -EINVAL;
    } else if (request->name.port == 0) {
        /* For a port of its choice the kernel overlooks SO_REUSEADDR. */
        uint32_t reuse = atomic_load(&record->flags) & (SW_REUSEADDR | SW_REUSEPORT);
        sw_record_clear(record, reuse);
        result = claim_ephemeral(socket, request);
        sw_record_set(record, reuse);
    } else {
        result = !had && sw_port_has_accepted(socket, request) ? -EADDRINUSE : claim(socket, request, had);
    }
    if (result == 0) {
        record->local = request->local;
        record->local.port = request->name.port;
        sw_record_clear(record, SW_WILDCARD);
        sw_record_set(record, SW_BOUND | (request->wildcard ? SW_WILDCARD : 0));
    }
    sw_network_unlock(socket->network, &mask);
    if (result == 0 && record->type == SOCK_DGRAM) {
        sw_network_ring(socket->network);
        if (atomic_load(&record->spilled) != 0) /* from sw_datagram_renew() */
            sw_spill_announce(socket->network, record);
    }
    return result;
}

static int renew(struct sw_socket *socket) {
    return socket->record->type == SOCK_STREAM ? sw_stream_renew(socket) : sw_datagram_renew(socket);
}

/* What waits in a UDP socket can only be told of while its Unix socket has a name. */
static void await_port(struct sw_socket *socket) {
    if (socket->record->type == SOCK_DGRAM && atomic_load(&socket->record->spilled) != 0 && sw_bind_unbound(socket, NULL) == 0) {
        socket->record->local.port = 0;
        sw_datagram_give_back_port(socket);
    }
}

int sw_bind(struct sw_socket *socket, const struct sockaddr *sockaddr, socklen_t length) {
    struct sw_record *record = socket->record;
    struct sw_address address;
    int result = sw_address_read(record->family, sockaddr, length, &address);
    if (result == -EAFNOSUPPORT && record->family == AF_INET && sockaddr->sa_family == AF_UNSPEC &&
        ((const struct sockaddr_in *)sockaddr)->sin_addr.s_addr == INADDR_ANY) {
        /* inet_bind() takes AF_UNSPEC for AF_INET when the address is 0.0.0.0. */
        address.port = ntohs(((const struct sockaddr_in *)sockaddr)->sin_port);
        result = 0;
    }
    if (result < 0)
        return result;

    struct sw_port_request request;
    /* __inet6_bind() asks for the state before the address, __inet_bind() behind it. */
    bool is_held = sw_port_is_held(socket);
    result = record->family == AF_INET6 && is_held ? -EINVAL : sw_port_request_for(socket, &address, &request);
    if (result == 0 && is_held)
        result = -EINVAL;
    if (result < 0)
        return result;
    /* The Unix socket still has the name of a port that was given back, be it its own or its listener's. */
    if (sw_record_has(record, SW_NAMED | SW_ACCEPTED)) {
        result = renew(socket);
        if (result < 0)
            return result;
        record = socket->record;
    }
    result = bind_request(socket, &request, false);
    if (result < 0) {
        /* inet_reset_saddr() */
        memset(record->local.bytes, 0, sizeof record->local.bytes);
        await_port(socket);
        return result;
    }
    /* __inet6_bind() takes ::ffff:0.0.0.0 for an address. */
    bool is_address = !request.wildcard || (record->type == SOCK_STREAM && sw_address_is_mapped(&record->local));
    sw_record_set(record, (address.port != 0 ? SW_PORT_CHOSEN : 0) | (is_address ? SW_BOUND_ADDRESS : 0));
    if (address.port == 0 && sw_options_switch(record, SW_SWITCH_BIND_NO_PORT)) {
        record->local.port = 0;
        if (record->type == SOCK_STREAM)
            sw_record_clear(record, SW_BOUND);
    }
    /* __inet6_bind(): one address of IPv6 is of IPv6 alone. */
    if (record->family == AF_INET6 && !request.wildcard && !sw_address_is_mapped(&record->local))
        sw_record_set(record, SW_V6ONLY);
    return 0;
}

int sw_bind_again(struct sw_socket *socket, uint16_t port) {
    struct sw_port_request request;
    struct sw_address local = socket->record->local;
    int result = sw_port_request_for(socket, &local, &request);
    if (result < 0)
        return result;
    request.name.port = port;
    result = bind_request(socket, &request, true);
    socket->record->local.port = local.port;
    return result;
}

void sw_port_show(struct sw_record *record) {
    if (record->local.port == 0 && sw_record_has(record, SW_NAMED))
        record->local.port = record->name_port;
}

bool sw_port_has_source(const struct sw_socket *socket) {
    if (!sw_record_has(socket->record, SW_BOUND_ADDRESS))
        return false;
    struct sw_site site = sw_address_site(socket->network, socket->record->interface, &socket->record->local);
    return site.scope != SW_SCOPE_MULTICAST && site.scope != SW_SCOPE_BROADCAST && site.scope != SW_SCOPE_WILDCARD;
}

bool sw_port_is_elsewhere(const struct sw_socket *socket) {
    const struct sw_record *record = socket->record;
    if (!sw_options_switch(record, SW_SWITCH_FREEBIND) || !sw_record_has(record, SW_BOUND_ADDRESS))
        return false;
    struct sw_site site = sw_address_site(socket->network, record->interface, &record->local);
    return site.wire_family == 4 && site.scope == SW_SCOPE_OUTSIDE;
}

int sw_bind_unbound(struct sw_socket *socket, const struct sw_site *towards) {
    struct sw_port_request request;
    struct sw_address local = {.family = socket->record->family};
    if (sw_record_has(socket->record, SW_BOUND_ADDRESS))
        local = socket->record->local;
    local.port = 0;
    int result = sw_port_request_for(socket, &local, &request);
    if (result == 0 && sw_record_has(socket->record, SW_NAMED))
        result = renew(socket);
    if (result < 0)
        return result;
    for (unsigned i = 0; towards != NULL && i < 4; i++)
        if ((request.claims & sw_claims[i].claim) != 0 && sw_claims[i].family == towards->wire_family &&
            sw_claims[i].loopback == (towards->scope == SW_SCOPE_LOOPBACK))
            request.preferred = sw_claims[i].claim;
    return bind_request(socket, &request, false);
}

int sw_bind_for_connect(struct sw_socket *socket, const struct sw_site *target, uint16_t port) {
    struct sw_record *record = socket->record;
    int own = sw_config_interface_of_socket(record->interface);
    if (own == 0)
        return -EINVAL;
    struct sw_site source = sw_address_source(socket->network, (unsigned)own, target);
    struct sw_port_request request = {.name = {.interface = (uint8_t)own}};
    bool loopback = source.scope == SW_SCOPE_LOOPBACK;
    struct sw_name name = {.udp = record->type == SOCK_DGRAM, .loopback = loopback, .wire_family = target->wire_family,
                           .interface = (uint8_t)own};
    for (unsigned i = 0; i < 4; i++)
        if (sw_claims[i].family == name.wire_family && sw_claims[i].loopback == loopback)
            request.claims = sw_claims[i].claim;

    /* bind(2) of the kernel is the judge; no lock. Files of dead processes are passed over here and taken over by whoever asks for
     * their port. */
    for (unsigned i = 0; i < 2 * EPHEMERAL_PORTS; i++) {
        name.port = next_ephemeral(socket->network);
        /* The kernel gives odd ports to bind(2) and even ones to connect(2), so that who has found a free port with the one does not become
         * its own peer with the other. */
        if (name.port == port)
            continue;
        int result = bind_name(socket, &name);
        if (result == -EADDRINUSE && i >= EPHEMERAL_PORTS && !sw_name_is_served(socket->network, &name)) {
            struct sw_path path;
            if (sw_path_open(&path, socket->network, &name) == 0) {
                sw_path_unlink(&path);
                sw_path_close(&path);
            }
            result = bind_name(socket, &name);
        }
        if (result == -EADDRINUSE)
            continue;
        if (result < 0)
            return result;
        record_name(socket, &request, &name, request.claims);
        record->local = sw_address_of_site(socket->network, &source, name.port, record->family);
        sw_record_set(record, SW_BOUND);
        return 0;
    }
    return -EADDRNOTAVAIL;
}
