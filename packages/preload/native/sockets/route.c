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

/* Whom the program names: as much of the address as decides, or the peer of a connected socket when it names nobody. In words, which are
 * compared without a call. */
struct named {
    uint64_t words[4];
};
#define PEER UINT64_MAX /* the last word: behind an address there are zeros in it */
_Static_assert(sizeof(struct sockaddr_in6) < sizeof(struct named) && sizeof(struct sw_address) <= offsetof(struct named, words[3]), "names fit");

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
    *named = (struct named){{0}};
    if (name == NULL) {
        memcpy(named->words, &record->peer, sizeof record->peer);
        named->words[3] = PEER;
        return true;
    }
    if (record->family == AF_INET && message->msg_namelen >= sizeof(struct sockaddr_in) && name->sa_family == AF_INET) {
        memcpy(named->words, name, offsetof(struct sockaddr_in, sin_zero));
        return true;
    }
    if (message->msg_namelen < sizeof(struct sockaddr_in6) || name->sa_family != AF_INET6 || record->family != AF_INET6)
        return false;
    memcpy(named->words, name, sizeof(struct sockaddr_in6));
    return true;
}

static bool is_same(const struct named *a, const struct named *b) {
    return ((a->words[0] ^ b->words[0]) | (a->words[1] ^ b->words[1]) | (a->words[2] ^ b->words[2]) | (a->words[3] ^ b->words[3])) == 0;
}

static struct route *find(const struct sw_socket *socket, const struct msghdr *message) {
    const struct sw_record *record = socket->record;
    struct named named;
    if (!read_name(record, message, &named))
        return NULL;
    for (struct route *route = routes; route < routes + ROUTES; route++)
        if (route->record == record && route->state == socket->network->state && is_same(&route->named, &named))
            return route;
    return NULL;
}

/* memcmp(3) of so many bytes is a call. */
static bool is_same_address(const struct sw_address *a, const struct sw_address *b) {
    uint64_t left[3], right[3];
    _Static_assert(sizeof left == sizeof *a, "an address is three words");
    memcpy(left, a, sizeof left);
    memcpy(right, b, sizeof right);
    return ((left[0] ^ right[0]) | (left[1] ^ right[1]) | (left[2] ^ right[2])) == 0;
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
           is_same_address(&route->local, &record->local) && route->receiver_cookie == cookie_of(receiver) &&
           route->receiver_flags == flags_of(receiver) && !sw_control_is_asked_for(receiver) && atomic_load_explicit(&receiver->spilled, memory_order_relaxed) == 0;
}

/* Whether there is no more to this datagram than its data. */
static bool is_plain(const struct sw_socket *socket, const struct msghdr *message, int flags) {
    const struct sw_options *options = sw_options_of(socket->record);
    return (flags & ~(MSG_DONTWAIT | MSG_NOSIGNAL)) == 0 && message->msg_iovlen == 1 && message->msg_controllen == 0 &&
           message->msg_iov->iov_len <= MOST_BYTES &&
           options->segment == 0 && options->corked == 0 && !sw_options_switch(socket->record, SW_SWITCH_UDP_CORK) &&
           atomic_load_explicit(&socket->record->pending_error, memory_order_relaxed) == 0;
}

static bool send_along(struct route *route, const struct sw_socket *socket, const struct msghdr *message) {
    int saved_errno = errno;
    sw_options_tell(route->receiver, sw_control_told(socket->record, &route->target));
    const struct iovec *block = message->msg_iov;
    ssize_t sent = sw_real.sendto(socket->fd, block->iov_base, block->iov_len, MSG_DONTWAIT | MSG_NOSIGNAL,
                                  (const struct sockaddr *)&route->path.address, route->path.length);
    if (sent < 0)
        errno = saved_errno;
    else
        sw_spill_passed(route->receiver);
    return sent >= 0;
}

bool sw_route_send(struct sw_socket *socket, const struct msghdr *message, int flags) {
    if (is_in_use || !is_plain(socket, message, flags) || sw_root_is_kept() || sw_capture_is_on(socket->network))
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
