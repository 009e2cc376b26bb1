#include "sockets/listen.h"

#include "base/real.h"
#include "sockets/backlog.h"
#include "sockets/buffer.h"
#include "sockets/life.h"
#include "sockets/options.h"
#include "sockets/port.h"
#include "sockets/port_holders.h"
#include "sockets/stream_anew.h"
#include "state/endpoint_index.h"

#include <errno.h>
#include <string.h>

/* A Unix listener whose queue is full makes connect(2) of a nonblocking socket fail with EAGAIN, which TCP never does; the kernel cuts
 * this to net.core.somaxconn. */
enum { BACKLOG = 4096 };

int sw_listen(struct sw_socket *socket, int backlog) {
    struct sw_record *record = socket->record;
    if (record->type != SOCK_STREAM)
        return -EOPNOTSUPP;
    if (sw_record_has(record, SW_CONNECTED | SW_IN_PROGRESS | SW_RESET_SENT))
        return -EINVAL;
    /* A Unix socket whose reading half is shut would accept nobody, and one of a port that was given back has the wrong name. */
    bool is_spent = sw_record_has(record, SW_READ_SHUT | SW_WRITE_SHUT) || (sw_record_has(record, SW_NAMED) && !sw_record_has(record, SW_BOUND));
    if (!sw_record_has(record, SW_LISTENING) && is_spent) {
        int result = sw_stream_replace(socket);
        if (result < 0)
            return result;
        record = socket->record;
    }
    if (!sw_record_has(record, SW_NAMED)) {
        int result = sw_bind_unbound(socket, NULL);
        if (result < 0)
            return result;
    }
    sw_port_show(record);
    bool listening = sw_record_has(record, SW_LISTENING);
    if (!listening && sw_port_is_in_the_way(socket))
        return -EADDRINUSE;
    sw_backlog_set(record, backlog);
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
            record->name_address == name->loopback_address && !sw_record_has(record, SW_LISTENING))
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

/* A listener that another thread closed while accept(2) waited lives until here. */
static void release_if_closed(const struct sw_socket *socket) {
    struct sw_socket now;
    if (sw_fd_hint(socket->fd, &now) && now.record == socket->record)
        return;
    struct sw_closing closing = {.network = socket->network, .record = socket->record, .held_elsewhere = true};
    if (sw_record_has(socket->record, SW_LISTENING))
        sw_socket_closed(&closing);
}

/* accept4(2) of the Unix socket: the descriptor, and by which name and record the client is known, if it is. */
static int take_connection(const struct sw_socket *socket, int flags, struct sw_name *name, struct sw_record **client, bool *is_known) {
    for (;;) {
        struct sockaddr_un from;
        socklen_t from_length = sizeof from;
        int fd = sw_real.accept4(socket->fd, (struct sockaddr *)&from, &from_length, flags);
        if (fd < 0) {
            int error = errno;
            if (error == EAGAIN)
                sw_backlog_is_empty(socket->record);
            return -error;
        }
        *is_known = sw_name_of_unix(&from, from_length, name);
        *client = *is_known ? find_by_name(socket->network, name) : NULL;
        if (sw_backlog_accepted(socket->record, fd, *client))
            return fd;
        sw_real.close(fd);
        if (sw_record_has(*client, SW_GONE))
            sw_record_free(socket->network, *client);
    }
}

int sw_accept(struct sw_socket *socket, struct sockaddr *address, socklen_t *length, int flags) {
    struct sw_network *network = socket->network;
    struct sw_record *listener = socket->record;
    struct sw_name name;
    struct sw_record *client = NULL;
    bool is_known = false;
    int fd = take_connection(socket, flags, &name, &client, &is_known);
    if (fd < 0) {
        release_if_closed(socket);
        return fd;
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

    if (is_known) {
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
        if (client != NULL)
            sw_options_from_client(record, client);
    } else {
        /* A plain Unix client without a name of ours: it has no address that anyone could use, but it is served. */
        struct sw_site site = {.scope = SW_SCOPE_HOST, .wire_family = listener->name_family, .interface = listener->interface};
        record->peer = sw_address_of_site(network, &site, 0, listener->family);
        record->local = sw_address_of_site(network, &site, listener->local.port, listener->family);
    }
    sw_buffer_begin(&(struct sw_socket){.fd = fd, .network = network, .record = record}, client);
    sw_record_set(record, SW_BOUND | SW_CONNECTED | SW_ACCEPTED | (atomic_load(&listener->flags) & SW_BOUND_ADDRESS));
    release_if_closed(socket);
    if (address != NULL && length != NULL)
        sw_address_write(&record->peer, record->family, address, length);
    return fd;
}
