#include "listing/sockets.h"

#include "base/root.h"
#include "listing/unix_sockets.h"
#include "sockets/address.h"
#include "sockets/options.h"
#include "sockets/stream_state.h"
#include "state/records.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A list in the making. */
struct survey {
    struct sw_network *network;
    unsigned interface;
    struct sw_unix_sockets sight, second_sight;
    bool has_sight, has_second_sight;
    uint32_t namespace_pid; /* the process that was asked last */
    bool is_far;            /* whether it is in another network namespace */
    uint32_t owner_pid, owner;
    struct sw_growing *rows;
};

/* A process of another network namespace has its sockets in a list that we cannot see. */
static bool is_out_of_sight(struct survey *survey, uint32_t pid) {
    if (survey->namespace_pid == pid)
        return survey->is_far;
    char path[64], own[64] = "", other[64] = "";
    snprintf(path, sizeof path, "/proc/%u/ns/net", (unsigned)pid);
    survey->namespace_pid = pid;
    if (readlinkat(SW_AT("/proc/self/ns/net"), own, sizeof own - 1) < 0)
        survey->is_far = true;
    else if (readlinkat(SW_AT(path), other, sizeof other - 1) < 0)
        survey->is_far = errno != ENOENT;
    else
        survey->is_far = strcmp(own, other) != 0;
    return survey->is_far;
}

/* Whether the socket of a record is still there, or its process was killed. The kernel's list is read while others make and close sockets, and may
 * miss one that is there: it has to be missing twice. */
static bool is_live(struct survey *survey, const struct sw_record *record, const struct sw_unix_socket **known) {
    *known = survey->has_sight ? sw_unix_sockets_find(&survey->sight, record) : NULL;
    if (*known != NULL || !survey->has_sight || record->inode == 0)
        return true;
    if (!survey->has_second_sight) {
        survey->has_second_sight = true;
        if (!sw_unix_sockets_read(&survey->second_sight))
            sw_unix_sockets_end(&survey->second_sight);
    }
    if (survey->second_sight.places.length == 0)
        return true;
    *known = sw_unix_sockets_find(&survey->second_sight, record);
    return *known != NULL || is_out_of_sight(survey, record->pid);
}

static uint32_t owner_of(struct survey *survey, uint32_t pid) {
    if (survey->owner_pid == pid)
        return survey->owner;
    char path[32];
    struct stat status;
    snprintf(path, sizeof path, "/proc/%u", (unsigned)pid);
    survey->owner_pid = pid;
    survey->owner = fstatat(SW_AT(path), &status, 0) == 0 ? status.st_uid : 0;
    return survey->owner;
}

/* As getsockname(2) tells it to a socket of this family. */
static struct sw_listed_end end_of(const struct sw_address *address, int family) {
    struct sw_listed_end end = {.port = address->port};
    struct sockaddr_in6 told;
    socklen_t length = sizeof told;
    if (address->family == 0)
        return end;
    sw_address_write(address, family, (struct sockaddr *)&told, &length);
    if (family == AF_INET)
        memcpy(end.address, &((struct sockaddr_in *)(void *)&told)->sin_addr, sizeof(struct in_addr));
    else
        memcpy(end.address, &told.sin6_addr, sizeof told.sin6_addr);
    return end;
}

/* TCP gives up the connection; its socket is in no list any more. */
static bool is_reset(const struct sw_record *record, const struct sw_unix_socket *known) {
    if (sw_record_has(record, SW_RESET_SENT | SW_RESET_RECEIVED))
        return true;
    /* Hung up before anyone had accepted: the listener is closed. */
    bool is_hung_up = known != NULL && known->shutdown == 3 && !sw_record_has(record, SW_READ_SHUT | SW_WRITE_SHUT);
    return is_hung_up && !sw_record_has(record, SW_ACCEPTED) && atomic_load(&record->peer_cookie) == 0;
}

static uint8_t state_of(struct survey *survey, const struct sw_record *record, const struct sw_unix_socket *known) {
    enum { NOTHING_COMES = 1 };
    uint32_t flags = atomic_load(&record->flags);
    if (record->type == SOCK_DGRAM)
        return (flags & SW_CONNECTED) != 0 ? TCP_ESTABLISHED : TCP_CLOSE;
    if ((flags & (uint32_t)SW_WAITING) != 0)
        return TCP_SYN_SENT;
    if ((flags & SW_CONNECTED) != 0 && is_reset(record, known))
        return TCP_CLOSE;
    const struct sw_unix_socket *unused;
    const struct sw_record *peer = sw_record_peer(survey->network, record);
    bool has_peer = atomic_load(&record->peer_cookie) != 0;
    bool has_ended = has_peer && (peer == NULL || sw_record_has(peer, SW_WRITE_SHUT) || !is_live(survey, peer, &unused));
    if (!has_peer && known != NULL && (known->shutdown & NOTHING_COMES) != 0 && (flags & SW_READ_SHUT) == 0)
        has_ended = true;
    return sw_stream_state_of(flags, has_ended);
}

static uint8_t halves_shut(const struct sw_record *record, uint8_t state) {
    bool has_peer_ended = state == TCP_CLOSE_WAIT;
    return (uint8_t)(sw_record_has(record, SW_READ_SHUT) || has_peer_ended) | (uint8_t)(sw_record_has(record, SW_WRITE_SHUT) << 1);
}

static void add_socket(struct survey *survey, struct sw_record *record, bool wants_listeners) {
    if (record->interface != survey->interface || (record->family != AF_INET && record->family != AF_INET6) ||
        (record->type == SOCK_STREAM && sw_record_has(record, SW_LISTENING)) != wants_listeners)
        return;
    const struct sw_unix_socket *known;
    if ((record->type == SOCK_DGRAM && record->local.port == 0) || !is_live(survey, record, &known))
        return;
    uint8_t state = state_of(survey, record, known);
    if (record->type == SOCK_STREAM && state == TCP_CLOSE)
        return;
    const struct sw_options *options = sw_options_of(record);
    struct sw_listed_socket row = {
        .cookie = atomic_load(&record->cookie) - 1,
        .inode = record->inode,
        .local = end_of(&record->local, record->family),
        .peer = sw_record_has(record, SW_CONNECTED) ? end_of(&record->peer, record->family) : (struct sw_listed_end){.port = 0},
        .uid = known != NULL && known->uid != UINT32_MAX ? known->uid : owner_of(survey, record->pid),
        .receive_queue = known != NULL ? known->receive_queue : 0,
        .dropped = record->type == SOCK_DGRAM ? atomic_load(&record->dropped) : 0,
        .interface_index = options->bound_device,
        .family = record->family,
        .transport = (uint8_t)sw_transport_of(record),
        .state = state,
        .shutdown = halves_shut(record, state),
        .tos = options->tos,
        .tclass = options->tclass,
        .congestion = options->congestion,
        .is_v6only = sw_record_has(record, SW_V6ONLY),
        .is_port_chosen = sw_record_has(record, SW_PORT_CHOSEN),
    };
    if (record->type == SOCK_STREAM) {
        row.tcp = sw_tcp_numbers_of(survey->network, record, state, known != NULL ? known->send_queue : 0);
        row.send_queue = (uint32_t)row.tcp.unsent;
    }
    if (state == TCP_LISTEN && record->type == SOCK_STREAM) {
        /* The Unix socket lets more wait, up to what the machine allows. TCP takes one more than it was told. */
        uint32_t backlog = atomic_load(&record->backlog);
        bool is_bounded = known != NULL && known->send_queue != 0 && known->send_queue < backlog;
        row.send_queue = is_bounded ? known->send_queue : backlog;
        if (row.receive_queue > row.send_queue + 1)
            row.receive_queue = row.send_queue + 1;
    }
    /* get_tcp4_sock(): the peer's FIN counts as a byte until it is read. */
    if (state == TCP_CLOSE_WAIT && !sw_record_has(record, SW_END_READ))
        row.receive_queue++;
    if (atomic_load(&record->cookie) > SW_COOKIE_DELETED)
        sw_growing_add(survey->rows, &row, sizeof row);
}

/* The listener of this host that a connection of `client` waits at. */
static const struct sw_record *listener_of(const struct survey *survey, const struct sw_record *client, struct sw_site *site) {
    *site = sw_address_site(survey->network, client->interface, &client->peer);
    if ((site->scope != SW_SCOPE_HOST && site->scope != SW_SCOPE_LOOPBACK) || site->interface != survey->interface)
        return NULL;
    uint32_t key = sw_endpoint_key(SW_TCP, site->wire_family, site->scope == SW_SCOPE_LOOPBACK, site->interface, client->peer.port);
    unsigned position = 0;
    const struct sw_record *record;
    while ((record = sw_endpoint_next(survey->network, key, &position)) != NULL)
        if (sw_record_has(record, SW_LISTENING))
            return record;
    return NULL;
}

/* A connection that waits to be accepted is a socket already, of nobody. */
static void add_waiting(struct survey *survey, const struct sw_record *client) {
    const uint64_t NOBODYS = 1ull << 63;
    const struct sw_unix_socket *known;
    uint32_t flags = atomic_load(&client->flags);
    if (client->type != SOCK_STREAM || (flags & SW_CONNECTED) == 0 || (flags & (SW_ACCEPTED | (uint32_t)SW_WAITING)) != 0 || atomic_load(&client->peer_cookie) != 0)
        return;
    struct sw_site site;
    const struct sw_record *listener = listener_of(survey, client, &site);
    if (listener == NULL || !is_live(survey, client, &known) || is_reset(client, known))
        return;
    int family = listener->family;
    /* What the client has sent has come, and nobody has sent anything yet. */
    struct sw_tcp_numbers tcp = sw_tcp_numbers_of(survey->network, client, TCP_ESTABLISHED, 0);
    tcp.was_accepted = true;
    tcp.received = tcp.sent;
    tcp.sent = tcp.unsent = 0;
    struct sw_listed_socket row = {
        .tcp = tcp,
        .cookie = atomic_load(&client->cookie) | NOBODYS,
        .local = end_of(&client->peer, family),
        .peer = end_of(&client->local, family),
        .family = (uint8_t)family,
        .transport = SW_TCP,
        .state = (flags & SW_WRITE_SHUT) != 0 ? TCP_CLOSE_WAIT : TCP_ESTABLISHED,
    };
    sw_growing_add(survey->rows, &row, sizeof row);
}

static void each_record(struct survey *survey, void (*visit)(struct survey *survey, struct sw_record *record)) {
    struct sw_state *state = survey->network->state;
    for (unsigned page = 0; page < SW_PAGE_COUNT; page++) {
        if ((state->header.used_pages[page / 8] >> page % 8 & 1) == 0)
            continue;
        for (unsigned i = 0; i < SW_RECORDS_PER_PAGE; i++) {
            struct sw_record *record = &state->records[page * SW_RECORDS_PER_PAGE + i];
            if (atomic_load_explicit(&record->cookie, memory_order_acquire) > SW_COOKIE_DELETED)
                visit(survey, record);
        }
    }
}

static void add_listener(struct survey *survey, struct sw_record *record) {
    add_socket(survey, record, true);
}

static void add_other(struct survey *survey, struct sw_record *record) {
    add_socket(survey, record, false);
    add_waiting(survey, record);
}

void sw_list_sockets(struct sw_network *network, unsigned interface, struct sw_growing *rows) {
    int saved_errno = errno;
    struct survey survey = {.network = network, .interface = interface, .rows = rows};
    survey.has_sight = sw_unix_sockets_read(&survey.sight);
    each_record(&survey, add_listener);
    each_record(&survey, add_other);
    sw_unix_sockets_end(&survey.sight);
    if (survey.has_second_sight)
        sw_unix_sockets_end(&survey.second_sight);
    errno = saved_errno;
}
