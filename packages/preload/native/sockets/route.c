#include "sockets/route.h"

#include "base/real.h"
#include "base/root.h"
#include "capture/capture.h"
#include "sockets/life.h"
#include "sockets/options.h"
#include "sockets/path.h"
#include "sockets/spill.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

enum {
    ROUTES = 4,
    MOST_BYTES = 65507, /* of a datagram over IPv4; over IPv6 there may be a few more */
};

/* Whom the program names: as much of the address as decides. */
struct named {
    union {
        struct sockaddr_in6 in6;
        uint64_t first; /* family, port and IPv4 address */
    } address;
    struct sw_address peer; /* of a connected socket, when the program names nobody */
};

struct route {
    const struct sw_state *state;
    const struct sw_record *record; /* NULL when there is no route */
    struct sw_record *receiver;
    uint64_t cookie, receiver_cookie;
    uint32_t flags, receiver_flags, changes;
    uint8_t interface;
    struct sw_site target;
    struct sw_address local;
    struct named named;
    struct sw_path path;
};

static _Thread_local struct route routes[ROUTES];
static _Thread_local unsigned next;
/* A signal handler of this thread may send as well. */
static _Thread_local bool is_in_use;

/* Whether the program names its receiver in the way of its socket's family. */
static bool read_name(const struct sw_record *record, const struct msghdr *message, struct named *named) {
    const struct sockaddr *name = message->msg_name;
    memset(named, 0, sizeof *named);
    if (name == NULL) {
        named->peer = record->peer;
        return true;
    }
    if (record->family == AF_INET && message->msg_namelen >= sizeof(struct sockaddr_in) && name->sa_family == AF_INET) {
        memcpy(&named->address.first, name, sizeof named->address.first);
        return true;
    }
    if (message->msg_namelen < sizeof(struct sockaddr_in6) || name->sa_family != AF_INET6 || record->family != AF_INET6)
        return false;
    memcpy(&named->address.in6, name, sizeof named->address.in6);
    return true;
}

static struct route *find(const struct sw_socket *socket, const struct msghdr *message) {
    const struct sw_record *record = socket->record;
    struct named named;
    if (!read_name(record, message, &named))
        return NULL;
    for (struct route *route = routes; route < routes + ROUTES; route++)
        if (route->record == record && route->state == socket->network->state && memcmp(&route->named, &named, sizeof named) == 0)
            return route;
    return NULL;
}

static uint32_t flags_of(const struct sw_record *record) {
    return atomic_load_explicit(&record->flags, memory_order_relaxed);
}

static uint64_t cookie_of(const struct sw_record *record) {
    return atomic_load_explicit(&record->cookie, memory_order_acquire);
}

static bool is_valid(const struct route *route, const struct sw_socket *socket) {
    const struct sw_record *record = socket->record, *receiver = route->receiver;
    return route->changes == atomic_load_explicit(&socket->network->state->header.changes, memory_order_acquire) &&
           route->cookie == cookie_of(record) && route->flags == flags_of(record) && route->interface == record->interface &&
           memcmp(&route->local, &record->local, sizeof route->local) == 0 && route->receiver_cookie == cookie_of(receiver) &&
           route->receiver_flags == flags_of(receiver) && !sw_control_is_asked_for(receiver) && atomic_load_explicit(&receiver->spilled, memory_order_relaxed) == 0;
}

/* Whether there is no more to this datagram than its data. */
static bool is_plain(const struct sw_socket *socket, const struct msghdr *message, int flags, size_t length) {
    const struct sw_options *options = sw_options_of(socket->record);
    return (flags & ~(MSG_DONTWAIT | MSG_NOSIGNAL)) == 0 && message->msg_iovlen == 1 && message->msg_controllen == 0 && length <= MOST_BYTES &&
           options->segment == 0 && options->corked == 0 && !sw_options_switch(socket->record, SW_SWITCH_UDP_CORK) &&
           atomic_load_explicit(&socket->record->pending_error, memory_order_relaxed) == 0;
}

static bool send_along(struct route *route, const struct sw_socket *socket, const struct msghdr *message) {
    int saved_errno = errno;
    struct sw_control control = sw_control_of(socket->record, &route->target);
    sw_options_tell(route->receiver, (struct sw_told){.ttl = control.ttl, .tos = control.tos});
    const struct iovec *block = message->msg_iov;
    ssize_t sent = sw_real.sendto(socket->fd, block->iov_base, block->iov_len, MSG_DONTWAIT | MSG_NOSIGNAL,
                                  (const struct sockaddr *)&route->path.address, route->path.length);
    if (sent < 0)
        errno = saved_errno;
    else
        sw_spill_passed(route->receiver);
    return sent >= 0;
}

bool sw_route_send(struct sw_socket *socket, const struct msghdr *message, int flags, size_t length) {
    if (is_in_use || !is_plain(socket, message, flags, length) || sw_root_is_kept() || sw_capture_is_on(socket->network))
        return false;
    is_in_use = true;
    atomic_signal_fence(memory_order_seq_cst);
    struct route *route = find(socket, message);
    bool is_sent = route != NULL && is_valid(route, socket) && send_along(route, socket, message);
    atomic_signal_fence(memory_order_seq_cst);
    is_in_use = false;
    return is_sent;
}

static void keep(struct route *route, const struct sw_delivery *delivery, const struct named *named, uint32_t changes) {
    const struct sw_network *network = delivery->socket->network;
    const struct sw_record *record = delivery->socket->record;
    struct sw_name name = sw_record_name(delivery->receiver);
    route->record = NULL;
    /* A directory whose path is too long for a socket's name is opened for each send. */
    if (sw_path_open(&route->path, network, &name) < 0 || route->path.directory >= 0) {
        sw_path_close(&route->path);
        return;
    }
    route->state = network->state;
    route->receiver = delivery->receiver;
    route->cookie = cookie_of(record);
    route->receiver_cookie = cookie_of(delivery->receiver);
    route->flags = flags_of(record);
    route->receiver_flags = flags_of(delivery->receiver);
    route->changes = changes;
    route->interface = record->interface;
    route->target = delivery->target;
    route->local = record->local;
    route->named = *named;
    route->record = record;
}

void sw_route_keep(const struct sw_delivery *delivery, const struct msghdr *message, uint32_t changes) {
    struct named named;
    /* Whom a connected socket listens to depends on more; so does what is told of a datagram beside its data. */
    if (is_in_use || sw_control_is_asked_for(delivery->receiver) || sw_record_has(delivery->receiver, SW_CONNECTED) || !read_name(delivery->socket->record, message, &named))
        return;
    is_in_use = true;
    atomic_signal_fence(memory_order_seq_cst);
    struct route *route = find(delivery->socket, message);
    keep(route != NULL ? route : &routes[next++ % ROUTES], delivery, &named, changes);
    atomic_signal_fence(memory_order_seq_cst);
    is_in_use = false;
}
