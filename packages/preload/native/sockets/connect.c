#include "sockets/connect.h"

#include "base/real.h"
#include "capture/capture.h"
#include "capture/wait.h"
#include "names/hosts.h"
#include "sockets/backlog.h"
#include "sockets/buffer.h"
#include "sockets/datagram.h"
#include "sockets/datagram_anew.h"
#include "sockets/life.h"
#include "sockets/options.h"
#include "sockets/path.h"
#include "sockets/port.h"
#include "sockets/port_holders.h"
#include "sockets/readiness.h"
#include "sockets/rewatch.h"
#include "sockets/self.h"
#include "sockets/stream.h"
#include "sockets/stream_anew.h"
#include "sockets/stream_state.h"
#include "state/endpoint_index.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>

static bool is_nonblocking(int fd) {
    return (sw_real.fcntl(fd, F_GETFL) & O_NONBLOCK) != 0;
}

void sw_stream_collect(struct sw_socket *socket) {
    sw_record_clear(socket->record, SW_IN_PROGRESS | SW_CONNECT_FAILED);
}

static bool host_exists(const struct sw_network *network, unsigned interface) {
    struct sw_place place;
    return sw_network_host_is_known(network, interface) || (sw_place_now(&place) && sw_hosts_knows_interface(&place, (int)interface));
}

static int connect_to_name(const struct sw_socket *socket, const struct sw_name *name) {
    struct sw_path path;
    int result = sw_path_open(&path, socket->network, name);
    if (result < 0)
        return result;
    result = sw_path_connect(socket->fd, &path);
    sw_path_close(&path);
    return result;
}

/* The same, where the listener counts who waits for it. */
static int connect_to_listener(const struct sw_socket *socket, struct sw_record *listener, struct sw_name *name) {
    *name = sw_record_name(listener);
    sw_backlog_enter(listener, socket->record);
    int result = connect_to_name(socket, name);
    if (result < 0)
        sw_backlog_leave(listener, socket->record);
    else
        sw_buffer_fit(socket, listener);
    return result;
}

/* How well a listener fits a connection to `address`, as compute_score() of the kernel has it; -1 when not at all. */
static int score(const struct sw_record *listener, const struct sw_address *address) {
    int points = listener->family == AF_INET ? 1 : 0;
    if (sw_record_has(listener, SW_WILDCARD))
        return points;
    return sw_address_same_host(&listener->local, address) ? points + 2 : -1;
}

/* The listener for `target` that fits best: with SO_REUSEPORT there may be several, and each connection goes to another. */
static struct sw_record *find_listener(struct sw_network *network, const struct sw_site *target, uint16_t port,
                                       const struct sw_address *address) {
    uint32_t key = sw_endpoint_key(SW_TCP, target->wire_family, target->scope == SW_SCOPE_LOOPBACK, target->interface, port);
    unsigned count = 0, position = 0;
    int best_points = 0;
    struct sw_record *chosen = NULL, *record;
    while ((record = sw_endpoint_next(network, key, &position)) != NULL) {
        int points = sw_record_has(record, SW_LISTENING) ? score(record, address) : -1;
        if (points < best_points)
            continue;
        count = points > best_points ? 1 : count + 1;
        best_points = points;
        /* Each of n listeners is chosen with the probability 1/n; the ephemeral counter is as good a die as any. */
        if (count == 1 || atomic_load(&network->state->header.ephemeral) % count == 0)
            chosen = record;
    }
    return chosen;
}

/* Connects the Unix socket. The errors are those of a TCP connection attempt. */
static int connect_stream(struct sw_socket *socket, const struct sw_site *target, const struct sw_address *address) {
    struct sw_network *network = socket->network;
    struct sw_name name = {
        .wire_family = target->wire_family,
        .loopback = target->scope == SW_SCOPE_LOOPBACK,
        .interface = target->interface,
        .port = address->port,
        .loopback_address = target->loopback_address,
    };
    int result = -ENOENT;
    if (address->port == socket->record->local.port && sw_address_same_host(&socket->record->local, address)) {
        sw_capture_connected(socket);
        result = sw_self_connect(socket);
    } else if (address->port != 0) {
        struct sw_record *listener = find_listener(network, target, address->port, address);
        if (listener != NULL) {
            sw_capture_connected(socket);
            result = connect_to_listener(socket, listener, &name);
        } else {
            result = connect_to_name(socket, &name);
            if (result == 0)
                sw_capture_connected(socket);
        }
        /* The one chosen may be a ghost; others may serve the port. */
        for (unsigned attempt = 0; result == -ECONNREFUSED && listener != NULL && attempt < 64; attempt++) {
            sw_socket_release(network, listener);
            listener = find_listener(network, target, address->port, address);
            if (listener != NULL)
                result = connect_to_listener(socket, listener, &name);
        }
    }
    if (result == -ENOENT || result == -ECONNREFUSED) {
        bool exists = target->scope == SW_SCOPE_LOOPBACK || host_exists(network, target->interface);
        result = exists ? -ECONNREFUSED : -EHOSTUNREACH;
    }
    if (result < 0 && result != -EINTR && result != -EAGAIN)
        sw_capture_refused(socket, -result);
    return result;
}

/* tcp_disconnect(): what connect(2) chose goes, what bind(2) was told stays. */
static void forget_peer(struct sw_record *record) {
    memset(&record->peer, 0, sizeof record->peer);
    if (sw_record_has(record, SW_BOUND_ADDRESS))
        return;
    memset(record->local.bytes, 0, sizeof record->local.bytes);
    record->local.family = record->family;
    sw_record_set(record, SW_WILDCARD);
}

/* connect(2) with AF_UNSPEC: the socket is as new, but for what bind(2) was told. */
static int disconnect(struct sw_socket *socket) {
    struct sw_record *record = socket->record;
    /* tcp_disconnect() opens halves again that were shut, without a connection even. */
    if (record->type == SOCK_STREAM && sw_record_has(record, SW_CONNECTED | SW_LISTENING | SW_RESET_SENT | SW_READ_SHUT | SW_WRITE_SHUT))
        return sw_stream_replace(socket);
    forget_peer(record);
    if (record->type == SOCK_STREAM) {
        sw_record_clear(record, SW_IN_PROGRESS | SW_CONNECT_FAILED);
        sw_rewatch_wake(socket->fd);
        return 0;
    }
    sw_record_clear(record, SW_CONNECTED);
    /* __udp_disconnect() gives up the port, tcp_disconnect() leaves it in sight. */
    if (!sw_record_has(record, SW_PORT_CHOSEN)) {
        record->local.port = 0;
        sw_datagram_give_back_port(socket);
    }
    return 0;
}

/* tcp_disconnect(), once the program has met the failure. */
static void forget_failed_connect(struct sw_socket *socket) {
    forget_peer(socket->record);
    sw_rewatch_wake(socket->fd);
}

/* connect(2) in progress waits for room in the listener's queue: until somebody accepts it, or closes the listener. `still` is the answer when
 * its time is over (SO_SNDTIMEO). */
static int await_room(struct sw_socket *socket, int still) {
    if (!sw_wait_writable(socket->fd))
        return errno == EAGAIN ? still : -errno;
    struct sw_record *record = socket->record;
    int error = sw_record_has(record, SW_WAITING) ? sw_socket_error(socket) : 0;
    sw_stream_collect(socket);
    if (error == 0)
        return 0;
    sw_port_give_back(record);
    forget_failed_connect(socket);
    return -error;
}

static int connect_tcp(struct sw_socket *socket, struct sw_site target, struct sw_address address) {
    struct sw_record *record = socket->record;
    if (target.scope == SW_SCOPE_OUTSIDE || target.scope == SW_SCOPE_MULTICAST || target.scope == SW_SCOPE_BROADCAST) {
        sw_capture_blocked(socket, &address);
        return -ENETUNREACH;
    }
    if (sw_record_has(record, SW_REUSEADDR | SW_REUSEPORT) && sw_port_has_connection(socket, &address))
        return -EADDRNOTAVAIL;
    if (!sw_record_has(record, SW_NAMED)) {
        int result = sw_record_has(record, SW_BOUND_ADDRESS) ? sw_bind_unbound(socket, &target) : sw_bind_for_connect(socket, &target, address.port);
        if (result < 0)
            return result;
    } else if (!sw_port_has_source(socket)) {
        struct sw_site source = target;
        source.interface = record->name_interface;
        source.loopback_address = 0;
        record->local = sw_address_of_site(socket->network, &source, record->name_port, record->family);
    }
    record->local.port = record->name_port;
    sw_record_set(record, SW_BOUND);
    sw_record_clear(record, SW_WILDCARD);
    record->peer = address;
    /* tcp_connect_init(): an error that nobody has asked for is none of the new connection. */
    sw_pending_error(socket);

    bool nonblocking = is_nonblocking(socket->fd);
    int result = connect_stream(socket, &target, &address);
    if (result == 0) {
        sw_record_set(record, SW_CONNECTED);
        if (sw_record_has(record, SW_WAITING) && sw_backlog_hold(socket)) {
            sw_record_set(record, SW_IN_PROGRESS);
            return nonblocking ? -EINPROGRESS : await_room(socket, -EINPROGRESS);
        }
        sw_rewatch_wake(socket->fd);
        if (!nonblocking)
            return 0;
        sw_record_set(record, SW_IN_PROGRESS);
        sw_readiness_wake_writers(socket->fd);
        return -EINPROGRESS;
    }
    if (result == -EINTR)
        return result;
    sw_port_give_back(record);
    if (!nonblocking) {
        forget_failed_connect(socket);
        return result == -EAGAIN ? -ETIMEDOUT : result;
    }
    atomic_store(&record->pending_error, result == -EAGAIN ? ETIMEDOUT : -result);
    sw_record_set(record, SW_IN_PROGRESS | SW_CONNECT_FAILED);
    sw_readiness_wake_writers(socket->fd);
    sw_rewatch_wake(socket->fd);
    return -EINPROGRESS;
}

/* ip_route_connect() and tcp_v6_connect(): to nowhere is to myself, at the address that bind(2) was told, or on the loopback. */
static struct sw_address own_address(const struct sw_socket *socket, const struct sw_site *wildcard, uint16_t port) {
    const struct sw_record *record = socket->record;
    struct sw_site site = {.wire_family = wildcard->wire_family, .interface = wildcard->interface};
    bool is_ipv4 = record->family == AF_INET || (sw_record_has(record, SW_BOUND_ADDRESS) && sw_address_is_mapped(&record->local));
    if (site.wire_family == 4 && is_ipv4 && sw_port_has_source(socket)) {
        struct sw_address local = record->local;
        local.port = port;
        return local;
    }
    if (is_ipv4)
        site.wire_family = 4;
    site.scope = site.wire_family == 6 || sw_has_ipv4_loopback(socket->network) ? SW_SCOPE_LOOPBACK : SW_SCOPE_HOST;
    return sw_address_of_site(socket->network, &site, port, record->family);
}

int sw_connect(struct sw_socket *socket, const struct sockaddr *sockaddr, socklen_t length) {
    struct sw_record *record = socket->record;
    if (length < sizeof sockaddr->sa_family)
        return -EINVAL;
    if (sockaddr == NULL)
        return -EFAULT;
    if (sockaddr->sa_family == AF_UNSPEC)
        return disconnect(socket);
    /* inet_stream_connect() looks at the state first. */
    if (record->type == SOCK_STREAM && sw_record_has(record, SW_SPOILT))
        return -EINVAL;
    if (record->type == SOCK_STREAM && sw_record_has(record, SW_IN_PROGRESS)) {
        if (sw_record_has(record, SW_WAITING))
            return is_nonblocking(socket->fd) && !sw_backlog_was_closed(socket) ? -EALREADY : await_room(socket, -EALREADY);
        bool failed = sw_record_has(record, SW_CONNECT_FAILED);
        if (!failed && !sw_stream_is_closed(socket)) {
            sw_stream_collect(socket);
            return 0;
        }
        int error = sw_socket_error(socket);
        sw_stream_collect(socket);
        if (failed)
            forget_failed_connect(socket);
        else
            sw_stream_replace(socket);
        return error != 0 ? -error : -ECONNABORTED;
    }
    if (record->type == SOCK_STREAM && sw_record_has(record, SW_CONNECTED | SW_LISTENING | SW_RESET_SENT))
        return -EISCONN;

    struct sw_address address;
    /* An IPv6 UDP socket takes IPv4 addresses as they are. */
    int family = record->family == AF_INET6 && record->type == SOCK_DGRAM && sockaddr->sa_family == AF_INET ? AF_INET : record->family;
    int result = sw_address_read(family, sockaddr, length, &address);
    if (result < 0)
        return result;
    /* A link-local address needs its interface. */
    bool is_link_local = address.family == AF_INET6 && address.bytes[0] == 0xfe && (address.bytes[1] & 0xc0) == 0x80;
    if (is_link_local && address.scope == 0 && sw_options_of(record)->bound_device == 0)
        return -EINVAL;
    unsigned own = record->interface;
    struct sw_site target = sw_address_site(socket->network, own, &address);
    if (target.scope == SW_SCOPE_WILDCARD) {
        address = own_address(socket, &target, address.port);
        target = sw_address_site(socket->network, own, &address);
    }
    if (record->family == AF_INET6 && target.wire_family == 4 && sw_record_has(record, SW_V6ONLY))
        return -ENETUNREACH;
    if (record->family == AF_INET6 && sw_record_has(record, SW_BOUND_ADDRESS) &&
        sw_address_is_mapped(&record->local) != (target.wire_family == 4))
        return target.wire_family == 4 || target.scope == SW_SCOPE_OUTSIDE || target.scope == SW_SCOPE_MULTICAST ? -ENETUNREACH : -EAFNOSUPPORT;
    if (record->family == AF_INET6 && address.family == AF_INET)
        address = sw_address_of_site(socket->network, &target, address.port, AF_INET6);
    if (sw_port_is_elsewhere(socket))
        return -ENETUNREACH;
    if (record->type == SOCK_DGRAM)
        return sw_datagram_connect(socket, &target, &address);
    return connect_tcp(socket, target, address);
}
