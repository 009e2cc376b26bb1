#include "sockets/port.h"

#include "base/log.h"
#include "base/real.h"
#include "sockets/connect.h"
#include "sockets/life.h"
#include "sockets/options.h"
#include "sockets/path.h"
#include "state/endpoint_index.h"
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

/* What a bind asks for. The first claim that is free becomes the name that peers see. */
struct request {
    struct sw_address local; /* as getsockname(2) will show it; the port may still be 0 */
    struct sw_name name;     /* without the parts that a claim decides */
    uint8_t claims;
    uint8_t preferred;       /* the claim whose name peers see */
    bool wildcard;
    bool is_aside;           /* a multicast or broadcast address, or one that no host has: the names of the host are for others */
};

static uint16_t next_ephemeral(struct sw_network *network) {
    uint32_t count = atomic_fetch_add_explicit(&network->state->header.ephemeral, 1, memory_order_relaxed);
    return (uint16_t)(FIRST_EPHEMERAL + count % EPHEMERAL_PORTS);
}

static struct sw_name claim_name(const struct request *request, unsigned claim) {
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

static int request_for(const struct sw_socket *socket, const struct sw_address *address, struct request *request) {
    const struct sw_network *network = socket->network;
    const struct sw_record *record = socket->record;
    int own = sw_config_interface_of_socket(record->interface);
    if (own == 0)
        return -EINVAL;
    struct sw_site site = sw_address_site(network, (unsigned)own, address);
    bool v6only = sw_record_has(record, SW_V6ONLY);
    if (record->family == AF_INET6 && site.wire_family == 4 && v6only)
        return -EINVAL;

    *request = (struct request){
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
        /* Of the interface or the link: which one must be said. */
        if (place_needs_scope(address))
            return -EINVAL;
        /* fall through */
    case SW_SCOPE_BROADCAST:
        request->is_aside = true;
        request->claims = request->preferred = site.wire_family == 4 ? SW_CLAIM_IPV4 : SW_CLAIM_IPV6;
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

/* Whether two sockets that both claim one name want the same datagrams or connections. */
static bool overlaps(const struct request *request, const struct sw_record *other) {
    if (request->wildcard || sw_record_has(other, SW_WILDCARD))
        return true;
    return sw_address_same_host(&request->local, &other->local);
}

/* inet_bind_conflict() and udp_lib_lport_inuse() of the kernel. */
static bool may_share(const struct sw_record *record, const struct sw_record *other) {
    if (sw_record_has(record, SW_REUSEPORT) && sw_record_has(other, SW_REUSEPORT))
        return true;
    if (!sw_record_has(record, SW_REUSEADDR) || !sw_record_has(other, SW_REUSEADDR))
        return false;
    return record->type == SOCK_DGRAM || !sw_record_has(other, SW_LISTENING);
}

/* Whether a connection that was accepted on this port still lives, and may not share it: such sockets have no files of their own. */
static bool has_accepted(const struct sw_socket *socket, const struct request *request) {
    struct sw_network *network = socket->network;
    if (socket->record->type != SOCK_STREAM)
        return false;
    for (unsigned page = 0; page < SW_PAGE_COUNT; page++) {
        if ((network->state->header.used_pages[page / 8] >> page % 8 & 1) == 0)
            continue;
        for (unsigned i = 0; i < SW_RECORDS_PER_PAGE; i++) {
            const struct sw_record *other = &network->state->records[page * SW_RECORDS_PER_PAGE + i];
            if (atomic_load(&other->cookie) <= SW_COOKIE_DELETED || !sw_record_has(other, SW_ACCEPTED) || !sw_record_has(other, SW_CONNECTED) ||
                other->local.port != request->name.port || other->interface != request->name.interface)
                continue;
            if (may_share(socket->record, other))
                continue;
            if (!request->wildcard && !sw_address_same_host(&request->local, &other->local))
                continue;
            if (kill((pid_t)other->pid, 0) == 0 || errno != ESRCH)
                return true;
        }
    }
    return false;
}

/* Looks at those who hold what `request` claims. -EADDRINUSE, or 0 with the claims whose files are taken by sockets that share.
 * Frees what dead processes left. The network's lock is held. */
static int check_claims(const struct sw_socket *socket, const struct request *request, uint8_t *taken) {
    struct sw_network *network = socket->network;
    *taken = 0;
    for (unsigned i = 0; i < 4; i++) {
        if ((request->claims & sw_claims[i].claim) == 0)
            continue;
        struct sw_name name = claim_name(request, i);
        uint32_t key = sw_endpoint_key(sw_transport_of(socket->record), name.wire_family, name.loopback, name.interface, name.port);
        bool shared = false;
        unsigned position = 0;
        struct sw_record *other;
        while ((other = sw_endpoint_next(network, key, &position)) != NULL) {
            if (other == socket->record || !overlaps(request, other))
                continue;
            /* Thousands may share an endpoint, and asking costs a connect(2): one that holds no file and shares is in nobody's way,
             * dead or alive. */
            bool shares = may_share(socket->record, other);
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

static void record_name(const struct sw_socket *socket, const struct request *request, const struct sw_name *name, uint8_t files) {
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

/* Binds to the names of `request`, whose port is set. The network's lock is held. */
static int claim(const struct sw_socket *socket, struct request *request) {
    uint8_t taken;
    int result = check_claims(socket, request, &taken);
    if (result < 0)
        return result;

    unsigned preferred = 0;
    while (sw_claims[preferred].claim != request->preferred)
        preferred++;
    struct sw_name name = claim_name(request, preferred);
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
        struct sw_name other = claim_name(request, i);
        if (i != preferred || shares)
            link_name(socket->network, &name, &other);
    }
    record_name(socket, request, &name, files);
    return 0;
}

/* Tries ports of the kernel's choice until one is free. */
static int claim_ephemeral(const struct sw_socket *socket, struct request *request) {
    for (unsigned i = 0; i < EPHEMERAL_PORTS; i++) {
        request->name.port = next_ephemeral(socket->network);
        int result = claim(socket, request);
        if (result != -EADDRINUSE)
            return result;
    }
    return -EADDRINUSE;
}

static int bind_request(struct sw_socket *socket, struct request *request) {
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
        result = has_accepted(socket, request) ? -EADDRINUSE : claim(socket, request);
    }
    if (result == 0) {
        record->local = request->local;
        record->local.port = request->name.port;
        sw_record_set(record, SW_BOUND | (request->wildcard ? SW_WILDCARD : 0));
    }
    sw_network_unlock(socket->network, &mask);
    if (result == 0 && record->type == SOCK_DGRAM)
        sw_network_ring(socket->network);
    return result;
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

    struct request request;
    result = request_for(socket, &address, &request);
    if (result < 0)
        return result;
    if (sw_record_has(record, SW_BOUND))
        return -EINVAL;
    /* A connection that failed has given its port back: inet_put_port(). The Unix socket still has its name. */
    if (record->type == SOCK_STREAM && sw_record_has(record, SW_NAMED) && !sw_record_has(record, SW_IN_PROGRESS)) {
        result = sw_stream_replace(socket);
        if (result < 0)
            return result;
        record = socket->record;
    }
    result = bind_request(socket, &request);
    if (result < 0)
        return result;
    sw_record_set(record, SW_PORT_CHOSEN | (request.wildcard ? 0 : SW_BOUND_ADDRESS));
    if (address.port == 0 && sw_options_switch(record, SW_SWITCH_BIND_NO_PORT))
        record->local.port = 0;
    /* __inet6_bind(): one address of IPv6 is of IPv6 alone. */
    if (record->family == AF_INET6 && !request.wildcard && !sw_address_is_mapped(&record->local))
        sw_record_set(record, SW_V6ONLY);
    return 0;
}

void sw_port_show(struct sw_record *record) {
    if (record->local.port == 0 && sw_record_has(record, SW_NAMED))
        record->local.port = record->name_port;
}

bool sw_port_is_elsewhere(const struct sw_socket *socket) {
    const struct sw_record *record = socket->record;
    if (!sw_options_switch(record, SW_SWITCH_FREEBIND) || !sw_record_has(record, SW_BOUND_ADDRESS))
        return false;
    struct sw_site site = sw_address_site(socket->network, record->interface, &record->local);
    return site.wire_family == 4 && site.scope == SW_SCOPE_OUTSIDE;
}

int sw_bind_wildcard(struct sw_socket *socket, const struct sw_site *towards) {
    struct request request;
    struct sw_address any = {.family = socket->record->family};
    int result = request_for(socket, &any, &request);
    if (result < 0)
        return result;
    for (unsigned i = 0; towards != NULL && i < 4; i++)
        if ((request.claims & sw_claims[i].claim) != 0 && sw_claims[i].family == towards->wire_family &&
            sw_claims[i].loopback == (towards->scope == SW_SCOPE_LOOPBACK))
            request.preferred = sw_claims[i].claim;
    return bind_request(socket, &request);
}

int sw_bind_for_connect(struct sw_socket *socket, const struct sw_site *target) {
    struct sw_record *record = socket->record;
    int own = sw_config_interface_of_socket(record->interface);
    if (own == 0)
        return -EINVAL;
    struct sw_site source = sw_address_source(socket->network, (unsigned)own, target);
    struct request request = {.name = {.interface = (uint8_t)own}};
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

bool sw_port_is_listened_on(const struct sw_socket *socket) {
    const struct sw_record *record = socket->record;
    struct request request = {.local = record->local, .wildcard = sw_record_has(record, SW_WILDCARD)};
    uint32_t keys[4];
    unsigned count = sw_endpoint_keys(record, keys);
    for (unsigned i = 0; i < count; i++) {
        unsigned position = 0;
        struct sw_record *other;
        while ((other = sw_endpoint_next(socket->network, keys[i], &position)) != NULL)
            if (other != record && sw_record_has(other, SW_LISTENING) && overlaps(&request, other) &&
                !(sw_record_has(record, SW_REUSEPORT) && sw_record_has(other, SW_REUSEPORT))) {
                struct sw_name name = sw_record_name(other);
                if (sw_name_is_served(socket->network, &name))
                    return true;
            }
    }
    return false;
}

bool sw_port_has_connection(const struct sw_socket *socket, const struct sw_address *peer) {
    const struct sw_record *record = socket->record;
    uint32_t keys[4];
    unsigned count = sw_record_has(record, SW_NAMED) ? sw_endpoint_keys(record, keys) : 0;
    for (unsigned i = 0; i < count; i++) {
        unsigned position = 0;
        const struct sw_record *other;
        while ((other = sw_endpoint_next(socket->network, keys[i], &position)) != NULL)
            if (other != record && sw_record_has(other, SW_CONNECTED) && sw_address_equal(&other->peer, peer))
                return true;
    }
    return false;
}
