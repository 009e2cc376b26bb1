#include "sockets/stream.h"

#include "base/real.h"
#include "capture/capture.h"
#include "names/hosts.h"
#include "sockets/datagram.h"
#include "sockets/life.h"
#include "sockets/options.h"
#include "sockets/port.h"
#include "sockets/spill.h"
#include "state/endpoint_index.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <string.h>

/* A Unix listener whose queue is full makes connect(2) of a nonblocking socket fail with EAGAIN, which TCP never does; the kernel cuts
 * this to net.core.somaxconn. */
enum { BACKLOG = 4096 };

static bool is_nonblocking(int fd) {
    return (sw_real.fcntl(fd, F_GETFL) & O_NONBLOCK) != 0;
}

int sw_listen(struct sw_socket *socket, int backlog) {
    struct sw_record *record = socket->record;
    if (record->type != SOCK_STREAM)
        return -EOPNOTSUPP;
    if (sw_record_has(record, SW_CONNECTED | SW_IN_PROGRESS))
        return -EINVAL;
    if (!sw_record_has(record, SW_NAMED)) {
        int result = sw_bind_wildcard(socket, NULL);
        if (result < 0)
            return result;
    }
    bool listening = sw_record_has(record, SW_LISTENING);
    if (!listening && sw_port_is_listened_on(socket))
        return -EADDRINUSE;
    if (sw_real.listen(socket->fd, backlog < BACKLOG ? BACKLOG : backlog) != 0)
        return -errno;
    sw_record_set(record, SW_LISTENING);
    if (!listening)
        sw_network_ring(socket->network);
    return 0;
}

/* The live record of the socket that has exactly this name. */
static struct sw_record *find_by_name(struct sw_network *network, const struct sw_name *name) {
    uint32_t key = sw_endpoint_key(SW_TCP, name->wire_family, name->loopback, name->interface, name->port);
    unsigned position = 0;
    struct sw_record *record;
    while ((record = sw_endpoint_next(network, key, &position)) != NULL)
        if (record->share == name->share && record->name_family == name->wire_family && record->name_loopback == name->loopback &&
            !sw_record_has(record, SW_LISTENING))
            return record;
    return NULL;
}

/* An address of a client's record in the form that a socket of `family` has for it. */
static struct sw_address as_seen_by(const struct sw_network *network, const struct sw_record *client, const struct sw_address *address,
                                    int family) {
    if (address->family == family)
        return *address;
    struct sw_site site = sw_address_site(network, client->interface, address);
    return sw_address_of_site(network, &site, address->port, family);
}

/* A client that was closed before it was accepted, and a client under another library, have no record to join. */
static void join_peers(struct sw_network *network, struct sw_record *accepted, struct sw_record *client) {
    if (client == NULL) {
        sw_record_set(accepted, SW_FIN_RECEIVED);
        return;
    }
    if (sw_record_has(client, SW_GONE)) {
        sw_record_set(accepted, SW_FIN_RECEIVED | SW_RESET_RECEIVED);
        sw_record_free(network, client);
        return;
    }
    accepted->peer_slot = sw_record_slot(network, client);
    atomic_store(&accepted->peer_cookie, atomic_load(&client->cookie));
    client->peer_slot = sw_record_slot(network, accepted);
    atomic_store(&client->peer_cookie, atomic_load(&accepted->cookie));
}

static struct sw_record *peer_record(const struct sw_socket *socket) {
    uint64_t cookie = atomic_load(&socket->record->peer_cookie);
    if (cookie == 0)
        return NULL;
    struct sw_record *peer = sw_record_at(socket->network, socket->record->peer_slot);
    return peer != NULL && atomic_load(&peer->cookie) == cookie ? peer : NULL;
}

/* A listener that another thread closed while accept(2) waited lives until here. */
static void release_if_closed(const struct sw_socket *socket) {
    struct sw_socket now;
    if (sw_fd_hint(socket->fd, &now) && now.record == socket->record)
        return;
    struct sw_closing closing = {.network = socket->network, .record = socket->record, .held_elsewhere = true};
    if (sw_record_has(socket->record, SW_LISTENING))
        sw_socket_closed(&closing);
}

int sw_accept(struct sw_socket *socket, struct sockaddr *address, socklen_t *length, int flags) {
    struct sw_network *network = socket->network;
    struct sw_record *listener = socket->record;
    struct sockaddr_un from;
    socklen_t from_length = sizeof from;
    int fd = sw_real.accept4(socket->fd, (struct sockaddr *)&from, &from_length, flags);
    if (fd < 0) {
        int error = errno;
        release_if_closed(socket);
        return -error;
    }
    /* Like the kernel, only after the connection was taken. */
    if (address != NULL && (length == NULL || (int)*length < 0)) {
        sw_real.close(fd);
        return length == NULL ? -EFAULT : -EINVAL;
    }

    struct sw_record *record = sw_socket_register(network, fd, listener->family, SOCK_STREAM);
    if (record == NULL || !sw_fd_set(fd, network, record)) {
        if (record != NULL)
            sw_record_free(network, record);
        sw_real.close(fd);
        return -ENFILE;
    }
    record->interface = listener->interface;
    sw_options_inherit(socket, fd, record);

    struct sw_name name;
    if (sw_name_of_unix(&from, from_length, &name)) {
        struct sw_record *client = find_by_name(network, &name);
        /* A client that is bound to all addresses has one name and, towards us, one address. */
        record->peer = client != NULL && client->local.family != 0 ? as_seen_by(network, client, &client->local, listener->family)
                                                                   : sw_address_of_name(network, &name, listener->family);
        record->local = listener->local;
        if (sw_record_has(listener, SW_WILDCARD)) {
            if (client != NULL && client->peer.family != 0) {
                record->local = as_seen_by(network, client, &client->peer, listener->family);
            } else {
                struct sw_name own = name;
                own.interface = listener->name_interface;
                own.port = listener->name_port;
                record->local = sw_address_of_name(network, &own, listener->family);
            }
            record->local.port = listener->local.port;
        }
        join_peers(network, record, client);
    } else {
        /* A plain Unix client without a name of ours: it has no address that anyone could use, but it is served. */
        struct sw_site site = {.scope = SW_SCOPE_HOST, .wire_family = listener->name_family, .interface = listener->interface};
        record->peer = sw_address_of_site(network, &site, 0, listener->family);
        record->local = sw_address_of_site(network, &site, listener->local.port, listener->family);
    }
    sw_record_set(record, SW_BOUND | SW_CONNECTED | SW_ACCEPTED | SW_BOUND_ADDRESS);
    release_if_closed(socket);
    if (address != NULL && length != NULL)
        sw_address_write(&record->peer, record->family, address, length);
    return fd;
}

/* Wakes whoever waits for the socket to become writable: a Unix socket that connects at once gives no edge of its own. */
static void wake_writers(int fd) {
    int size = 0;
    socklen_t length = sizeof size;
    if (sw_real.getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, &length) != 0)
        return;
    size /= 2;
    sw_real.setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
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
    result = sw_real.connect(socket->fd, (struct sockaddr *)&path.address, path.length) == 0 ? 0 : -errno;
    sw_path_close(&path);
    return result;
}

/* A listener for `target`: with SO_REUSEPORT there may be several, and each connection goes to another. */
static struct sw_record *find_listener(struct sw_network *network, const struct sw_site *target, uint16_t port,
                                       const struct sw_address *address) {
    uint32_t key = sw_endpoint_key(SW_TCP, target->wire_family, target->scope == SW_SCOPE_LOOPBACK, target->interface, port);
    unsigned count = 0, position = 0;
    struct sw_record *chosen = NULL, *record;
    while ((record = sw_endpoint_next(network, key, &position)) != NULL) {
        if (!sw_record_has(record, SW_LISTENING))
            continue;
        if (!sw_record_has(record, SW_WILDCARD) && !sw_address_same_host(&record->local, address))
            continue;
        count++;
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
    if (address->port != 0) {
        struct sw_record *listener = find_listener(network, target, address->port, address);
        if (listener != NULL) {
            name = sw_record_name(listener);
            sw_capture_connected(socket);
        }
        result = connect_to_name(socket, &name);
        if (listener == NULL && result == 0)
            sw_capture_connected(socket);
        /* The one chosen may be a ghost; others may serve the port. */
        for (unsigned attempt = 0; result == -ECONNREFUSED && listener != NULL && attempt < 64; attempt++) {
            sw_socket_release(network, listener);
            listener = find_listener(network, target, address->port, address);
            if (listener != NULL) {
                name = sw_record_name(listener);
                result = connect_to_name(socket, &name);
            }
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

/* connect(2) with AF_UNSPEC: the socket is as new, but for what bind(2) was told. */
static int disconnect(struct sw_socket *socket) {
    struct sw_record *record = socket->record;
    if (record->type == SOCK_STREAM && sw_record_has(record, SW_CONNECTED | SW_LISTENING))
        return sw_stream_replace(socket);
    memset(&record->peer, 0, sizeof record->peer);
    sw_record_clear(record, SW_CONNECTED | SW_IN_PROGRESS | SW_CONNECT_FAILED);
    if (record->type == SOCK_DGRAM)
        sw_record_set(record, sw_record_has(record, SW_BOUND_ADDRESS) ? 0 : SW_WILDCARD);
    if (!sw_record_has(record, SW_BOUND_ADDRESS)) {
        uint16_t port = sw_record_has(record, SW_PORT_CHOSEN) ? record->local.port : 0;
        memset(record->local.bytes, 0, sizeof record->local.bytes);
        record->local.port = port;
        record->local.family = record->family;
    }
    return 0;
}

static void forget_failed_connect(struct sw_record *record) {
    memset(&record->peer, 0, sizeof record->peer);
    /* The port stays in sight until the next attempt chooses another. */
    if (!sw_record_has(record, SW_BOUND_ADDRESS))
        memset(record->local.bytes, 0, sizeof record->local.bytes);
    if (!sw_record_has(record, SW_PORT_CHOSEN))
        sw_record_clear(record, SW_BOUND);
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
        int result = sw_bind_for_connect(socket, &target);
        if (result < 0)
            return result;
    } else if (!sw_record_has(record, SW_BOUND_ADDRESS)) {
        struct sw_site source = target;
        source.interface = record->name_interface;
        source.loopback_address = 0;
        record->local = sw_address_of_site(socket->network, &source, record->name_port, record->family);
        sw_record_set(record, SW_BOUND);
    }
    record->peer = address;

    bool nonblocking = is_nonblocking(socket->fd);
    int result = connect_stream(socket, &target, &address);
    if (result == 0) {
        sw_record_set(record, SW_CONNECTED);
        sw_record_clear(record, SW_WILDCARD);
        if (!nonblocking)
            return 0;
        sw_record_set(record, SW_IN_PROGRESS);
        wake_writers(socket->fd);
        return -EINPROGRESS;
    }
    if (result == -EINTR)
        return result;
    forget_failed_connect(record);
    if (!nonblocking)
        return result == -EAGAIN ? -ETIMEDOUT : result;
    atomic_store(&record->pending_error, result == -EAGAIN ? ETIMEDOUT : -result);
    sw_record_set(record, SW_IN_PROGRESS | SW_CONNECT_FAILED);
    wake_writers(socket->fd);
    return -EINPROGRESS;
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
    if (record->type == SOCK_STREAM && sw_record_has(record, SW_IN_PROGRESS)) {
        bool failed = sw_record_has(record, SW_CONNECT_FAILED);
        sw_stream_collect(socket);
        if (!failed)
            return 0;
        int pending = sw_pending_error(socket);
        return pending != 0 ? -pending : -ECONNABORTED;
    }
    if (record->type == SOCK_STREAM && sw_record_has(record, SW_CONNECTED | SW_LISTENING))
        return -EISCONN;

    struct sw_address address;
    /* An IPv6 UDP socket takes IPv4 addresses as they are. */
    int family = record->family == AF_INET6 && record->type == SOCK_DGRAM && sockaddr->sa_family == AF_INET ? AF_INET : record->family;
    int result = sw_address_read(family, sockaddr, length, &address);
    if (result < 0)
        return result;
    unsigned own = record->interface;
    struct sw_site target = sw_address_site(socket->network, own, &address);
    if (record->family == AF_INET6 && target.wire_family == 4 && sw_record_has(record, SW_V6ONLY))
        return -ENETUNREACH;
    if (record->family == AF_INET6 && sw_record_has(record, SW_BOUND_ADDRESS) &&
        sw_address_is_mapped(&record->local) != (target.wire_family == 4))
        return target.wire_family == 4 ? -ENETUNREACH : -EAFNOSUPPORT;
    if (target.scope == SW_SCOPE_WILDCARD) {
        /* ip_route_connect(): to nowhere is to myself. */
        target.scope = target.wire_family == 6 || sw_has_ipv4_loopback(socket->network) ? SW_SCOPE_LOOPBACK : SW_SCOPE_HOST;
        address = sw_address_of_site(socket->network, &target, address.port, record->family);
    }
    if (record->family == AF_INET6 && address.family == AF_INET)
        address = sw_address_of_site(socket->network, &target, address.port, AF_INET6);
    if (record->type == SOCK_DGRAM)
        return sw_datagram_connect(socket, &target, &address);
    return connect_tcp(socket, target, address);
}

/* A Unix stream socket connects once. Where TCP lets a program start again on the same descriptor, a new one takes its place. */
int sw_stream_replace(struct sw_socket *socket) {
    struct sw_record *old = socket->record;
    int flags = sw_real.fcntl(socket->fd, F_GETFL);
    int descriptor_flags = sw_real.fcntl(socket->fd, F_GETFD);
    int fresh = sw_real.socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | (flags & O_NONBLOCK ? SOCK_NONBLOCK : 0), 0);
    if (fresh < 0)
        return -errno;
    struct sw_record *record = sw_socket_register(socket->network, fresh, old->family, SOCK_STREAM);
    if (record == NULL) {
        sw_real.close(fresh);
        return -ENFILE;
    }
    record->interface = old->interface;
    memcpy(record->options, old->options, sizeof record->options);
    sw_record_set(record, atomic_load(&old->flags) & (SW_V6ONLY | SW_REUSEADDR | SW_REUSEPORT | SW_LINGER_RESET));
    struct sw_address local = old->local;
    bool port_chosen = sw_record_has(old, SW_PORT_CHOSEN), address_chosen = sw_record_has(old, SW_BOUND_ADDRESS);

    bool connected = sw_record_has(old, SW_CONNECTED);
    if (connected) {
        /* tcp_disconnect(): the peer meets a reset. */
        struct sw_record *peer = peer_record(socket);
        if (peer != NULL)
            sw_record_set(peer, SW_RESET_RECEIVED);
        sw_record_set(old, SW_LINGER_RESET);
    }
    struct sw_closing closing = sw_socket_closing(socket);
    closing.held_elsewhere = false; /* Whoever else has the old one has nothing to use it for. */
    if (sw_real.dup3(fresh, socket->fd, descriptor_flags & FD_CLOEXEC ? O_CLOEXEC : 0) < 0) {
        int error = errno;
        sw_fd_set(socket->fd, socket->network, old);
        sw_record_free(socket->network, record);
        sw_real.close(fresh);
        return -error;
    }
    sw_socket_closed(&closing);
    sw_real.close(fresh);
    sw_fd_set(socket->fd, socket->network, record);
    socket->record = record;
    if (connected) {
        record->local = local;
        memset(record->local.bytes, 0, sizeof record->local.bytes);
        atomic_store(&record->pending_error, ECONNRESET);
    }
    if (port_chosen) {
        union {
            struct sockaddr any;
            struct sockaddr_in6 in6;
        } address = {.any.sa_family = record->family};
        socklen_t size = sizeof address;
        if (!address_chosen)
            memset(local.bytes, 0, sizeof local.bytes);
        sw_address_write(&local, record->family, &address.any, &size);
        sw_bind(socket, &address.any, size);
    }
    return 0;
}

/* Both sides have said that they send no more: TCP forgets the connection. */
static bool is_over(const struct sw_socket *socket) {
    const struct sw_record *record = socket->record;
    if (!sw_record_has(record, SW_WRITE_SHUT) || atomic_load(&record->peer_cookie) == 0)
        return false;
    const struct sw_record *peer = peer_record(socket);
    return peer == NULL || sw_record_has(peer, SW_WRITE_SHUT);
}

/* A reset closes a TCP socket when it comes, not when the program meets it. */
static bool is_reset(const struct sw_socket *socket) {
    struct pollfd state = {.fd = socket->fd};
    return sw_record_has(socket->record, SW_RESET_RECEIVED) || (sw_real.poll(&state, 1, 0) > 0 && (state.revents & POLLERR) != 0);
}

int sw_shutdown(struct sw_socket *socket, int how) {
    struct sw_record *record = socket->record;
    if (how < SHUT_RD || how > SHUT_RDWR)
        return -EINVAL;
    if (record->type == SOCK_DGRAM) {
        sw_record_set(record, (how != SHUT_WR ? SW_READ_SHUT : 0) | (how != SHUT_RD ? SW_WRITE_SHUT : 0));
        /* Wakes a reader: the Unix socket itself would let it sleep. */
        if (how != SHUT_WR && sw_record_has(record, SW_NAMED))
            sw_spill_send_token(socket->network, record);
        int result = sw_real.shutdown(socket->fd, how) == 0 ? 0 : -errno;
        return sw_record_has(record, SW_CONNECTED) ? result : -ENOTCONN;
    }
    if (!sw_record_has(record, SW_CONNECTED | SW_LISTENING) || is_over(socket))
        return -ENOTCONN;
    if (sw_record_has(record, SW_LISTENING)) {
        if (how == SHUT_WR)
            return 0;
        /* Wakes those who wait in accept(2). What is left is a bound socket that can listen again. */
        int result = sw_real.shutdown(socket->fd, how) == 0 ? 0 : -errno;
        return result < 0 ? result : sw_stream_replace(socket);
    }
    if (how != SHUT_RD)
        sw_capture_closing(socket);
    if (sw_real.shutdown(socket->fd, how) != 0)
        return -errno;
    sw_record_set(record, (how != SHUT_WR ? SW_READ_SHUT : 0) | (how != SHUT_RD ? SW_WRITE_SHUT : 0));
    return 0;
}

static size_t length_of(const struct msghdr *message) {
    size_t length = 0;
    for (size_t i = 0; i < (size_t)message->msg_iovlen; i++)
        length += message->msg_iov[i].iov_len;
    return length;
}

static ssize_t broken_pipe(int flags) {
    if ((flags & MSG_NOSIGNAL) == 0)
        pthread_kill(pthread_self(), SIGPIPE);
    return -EPIPE;
}

void sw_stream_was_reset(struct sw_record *record) {
    sw_record_clear(record, SW_CONNECTED | SW_IN_PROGRESS | SW_RESET_RECEIVED);
    sw_record_set(record, SW_RESET_SENT);
}

int sw_pending_error(struct sw_socket *socket) {
    struct sw_record *record = socket->record;
    if (atomic_load_explicit(&record->pending_error, memory_order_relaxed) == 0)
        return 0;
    int pending = atomic_exchange(&record->pending_error, 0), native;
    socklen_t length = sizeof native;
    sw_real.getsockopt(socket->fd, SOL_SOCKET, SO_ERROR, &native, &length);
    return pending;
}

/* The Unix socket would not take the bytes: what TCP says instead. */
static ssize_t send_failed(struct sw_socket *socket, int error, size_t length, int flags) {
    struct sw_record *record = socket->record;
    int pending = sw_pending_error(socket);
    if (pending != 0)
        return -pending;
    if (error == ENOTCONN)
        return broken_pipe(flags);
    if (error == ECONNRESET)
        sw_stream_was_reset(record);
    if (error != EPIPE)
        return -error;
    int native = 0;
    socklen_t native_length = sizeof native;
    if (sw_real.getsockopt(socket->fd, SOL_SOCKET, SO_ERROR, &native, &native_length) == 0 && native == ECONNRESET) {
        sw_stream_was_reset(record);
        return -ECONNRESET;
    }
    if (sw_record_has(record, SW_WRITE_SHUT) || !sw_record_has(record, SW_CONNECTED))
        return broken_pipe(flags);
    if (sw_record_has(record, SW_RESET_RECEIVED)) {
        sw_stream_was_reset(record);
        return -ECONNRESET;
    }
    struct sw_record *peer = peer_record(socket);
    if (peer != NULL && sw_record_has(peer, SW_READ_SHUT) && !sw_record_has(peer, SW_WRITE_SHUT))
        return (ssize_t)length; /* Its kernel would take them, and nobody reads them. */
    /* The first bytes after the peer's close are what tells TCP that nobody is there. */
    if (sw_record_claim(record, SW_RESET_SENT))
        return (ssize_t)length;
    sw_stream_was_reset(record);
    return broken_pipe(flags);
}

ssize_t sw_stream_send(struct sw_socket *socket, const struct msghdr *message, int flags) {
    struct msghdr plain = {.msg_iov = message->msg_iov, .msg_iovlen = message->msg_iovlen};
    int known = flags & (MSG_OOB | MSG_DONTWAIT | MSG_EOR);
    if ((flags & MSG_FASTOPEN) != 0 && !sw_record_has(socket->record, SW_CONNECTED) && message->msg_name != NULL) {
        int result = sw_connect(socket, message->msg_name, message->msg_namelen);
        if (result < 0)
            return result;
    }
    if (sw_record_has(socket->record, SW_IN_PROGRESS | SW_CONNECT_FAILED) && sw_record_has(socket->record, SW_CONNECT_FAILED)) {
        return send_failed(socket, EPIPE, 0, flags);
    }
    ssize_t sent = sw_capture_is_on(socket->network) ? sw_capture_send(socket, &plain, known | MSG_NOSIGNAL)
                                      : sw_real.sendmsg(socket->fd, &plain, known | MSG_NOSIGNAL);
    return sent >= 0 ? sent : send_failed(socket, errno, length_of(message), flags);
}

ssize_t sw_stream_received(struct sw_socket *socket, ssize_t result, bool peeked) {
    struct sw_record *record = socket->record;
    if (result > 0) {
        if (!peeked && sw_capture_is_on(socket->network))
            sw_capture_received(socket, (size_t)result);
        return result;
    }
    if (result == 0) {
        if (!peeked)
            sw_capture_end_of_stream(socket);
        if (!peeked && sw_record_has(record, SW_RESET_RECEIVED)) {
            sw_stream_was_reset(record);
            return -ECONNRESET;
        }
        return 0;
    }
    int error = errno;
    if (error == EINVAL && !sw_record_has(record, SW_CONNECTED)) {
        int pending = sw_pending_error(socket);
        if (pending != 0)
            return -pending;
        return sw_record_has(record, SW_CONNECT_FAILED) ? 0 : -ENOTCONN;
    }
    if (error == ECONNRESET) {
        int pending = sw_pending_error(socket);
        if (pending != 0)
            return -pending;
        sw_capture_end_of_stream(socket);
        sw_stream_was_reset(record);
    }
    return -error;
}

ssize_t sw_stream_receive(struct sw_socket *socket, struct msghdr *message, int flags) {
    /* TCP names no peer and knows no control messages but timestamps, which the Unix socket gives. */
    void *name = message->msg_name;
    if ((flags & MSG_ERRQUEUE) != 0)
        return -EAGAIN;
    message->msg_name = NULL;
    message->msg_namelen = 0;
    ssize_t result = sw_real.recvmsg(socket->fd, message, flags);
    message->msg_name = name;
    size_t wanted = result == 0 ? length_of(message) : 1;
    if (result == 0 && wanted == 0)
        return 0;
    return sw_stream_received(socket, result, (flags & MSG_PEEK) != 0);
}

uint8_t sw_stream_state(const struct sw_socket *socket) {
    const struct sw_record *record = socket->record;
    uint32_t flags = atomic_load(&record->flags);
    if ((flags & SW_LISTENING) != 0)
        return TCP_LISTEN;
    if ((flags & SW_CONNECTED) == 0)
        return TCP_CLOSE;
    const struct sw_record *peer = peer_record(socket);
    bool ended = atomic_load(&record->peer_cookie) != 0 && (peer == NULL || sw_record_has(peer, SW_WRITE_SHUT));
    if ((flags & SW_WRITE_SHUT) != 0)
        return ended ? TCP_CLOSE : TCP_FIN_WAIT1;
    return ended ? TCP_CLOSE_WAIT : TCP_ESTABLISHED;
}

int sw_stream_mtu(const struct sw_socket *socket) {
    struct sw_site site = sw_address_site(socket->network, socket->record->interface, &socket->record->peer);
    return site.scope == SW_SCOPE_LOOPBACK || site.interface == socket->record->interface ? 65536 : 1500;
}

int sw_getsockname(struct sw_socket *socket, struct sockaddr *address, socklen_t *length) {
    if (length == NULL || address == NULL)
        return -EFAULT;
    if ((int)*length < 0)
        return -EINVAL;
    struct sw_record *record = socket->record;
    struct sw_address local = record->local;
    if (local.family == 0)
        local.family = record->family;
    sw_address_write(&local, record->family, address, length);
    return 0;
}

int sw_getpeername(struct sw_socket *socket, struct sockaddr *address, socklen_t *length) {
    struct sw_record *record = socket->record;
    if (!sw_record_has(record, SW_CONNECTED) || (record->type == SOCK_STREAM && (is_over(socket) || is_reset(socket))))
        return -ENOTCONN;
    if (length == NULL || address == NULL)
        return -EFAULT;
    if ((int)*length < 0)
        return -EINVAL;
    sw_address_write(&record->peer, record->family, address, length);
    return 0;
}
