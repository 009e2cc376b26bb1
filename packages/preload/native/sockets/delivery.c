#include "sockets/delivery.h"

#include "base/real.h"
#include "base/scratch.h"
#include "capture/capture.h"
#include "sockets/datagram.h"
#include "sockets/error_queue.h"
#include "sockets/groups.h"
#include "sockets/life.h"
#include "sockets/name_server.h"
#include "sockets/options.h"
#include "sockets/origin.h"
#include "sockets/path.h"
#include "sockets/poison.h"
#include "sockets/spill.h"
#include "state/endpoint_index.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

/* How well `record` fits a datagram, as compute_score() of the kernel has it; -1 when not at all. */
static int score(const struct sw_delivery *delivery, const struct sw_record *record) {
    /* One of IPv4 comes before one of IPv6 that serves both. */
    int points = record->family == AF_INET ? 1 : 0;
    if (!sw_record_is_everywhere(record)) {
        if (!sw_address_same_host(&record->local, &delivery->destination))
            return -1;
        points += 2;
    }
    if (sw_record_has(record, SW_CONNECTED)) {
        if (!sw_address_equal(&record->peer, &delivery->source))
            return -1;
        points += 4;
    }
    return points;
}

static struct sw_record *find_receiver(const struct sw_delivery *delivery, unsigned *count) {
    struct sw_network *network = delivery->socket->network;
    uint32_t key = sw_endpoint_key(sw_transport_of(delivery->socket->record), delivery->target.wire_family, delivery->target.scope == SW_SCOPE_LOOPBACK, delivery->target.interface,
                                   delivery->destination.port);
    struct sw_record *best = NULL, *record;
    int best_points = -1;
    unsigned position = 0;
    *count = 0;
    while ((record = sw_endpoint_next(network, key, &position)) != NULL) {
        ++*count;
        int points = score(delivery, record);
        if (points < 0 || points < best_points)
            continue;
        /* Sockets with SO_REUSEPORT take turns by sender, others leave it to the last one bound. */
        if (points == best_points && best != NULL && sw_record_has(record, SW_REUSEPORT) && sw_record_has(best, SW_REUSEPORT)) {
            uint32_t hash = (uint32_t)(delivery->source.port * 2654435761u) ^ atomic_load(&record->cookie) * 40503u;
            uint32_t other = (uint32_t)(delivery->source.port * 2654435761u) ^ atomic_load(&best->cookie) * 40503u;
            if (hash * 2654435761u < other * 2654435761u)
                continue;
        } else if (points == best_points && best != NULL && record->share < best->share) {
            continue;
        }
        best = record;
        best_points = points;
    }
    return best;
}

/* A Unix socket's datagram carries no more than its sender's name. What is to be known beside it stands with the receiver, once for all
 * that wait; a datagram that differs goes with words of its own. */
static bool differs(const struct sw_delivery *delivery, struct sw_record *receiver) {
    if (delivery->source_is_chosen || !sw_origin_tell(delivery->socket->network, receiver, delivery->socket->record, &delivery->source))
        return true;
    if (!sw_control_is_asked_for(receiver))
        return false;
    if (delivery->target.scope == SW_SCOPE_LOOPBACK && delivery->target.loopback_address != 0 && sw_record_has(receiver, SW_WILDCARD))
        return true;
    struct sw_told told = sw_options_told(receiver);
    return told.ttl != 0 && (told.ttl != delivery->control.ttl || told.tos != delivery->control.tos);
}

static struct sw_address as_seen_by(const struct sw_delivery *delivery, const struct sw_record *receiver, const struct sw_address *address) {
    struct sw_site site = sw_address_site(delivery->socket->network, delivery->socket->record->interface, address);
    if (site.scope == SW_SCOPE_OUTSIDE)
        return *address;
    return sw_address_of_site(delivery->socket->network, &site, address->port, receiver->family);
}

static void spill(const struct sw_delivery *delivery, struct sw_record *receiver) {
    struct sw_sender sender = {
        .name = sw_record_name(delivery->socket->record),
        .address = as_seen_by(delivery, receiver, &delivery->source),
        .ttl = delivery->control.ttl,
        .tos = delivery->control.tos,
    };
    if (delivery->target.scope == SW_SCOPE_LOOPBACK || delivery->target.scope == SW_SCOPE_HOST)
        sender.destination = as_seen_by(delivery, receiver, &delivery->destination);
    sw_spill_put(delivery->socket->network, receiver, &sender, &delivery->message);
}

/* Hands the datagram to the Unix socket with this name: 0, or the error of sendmsg(2). */
static int hand_over(struct sw_delivery *delivery, const struct sw_name *name, struct sw_record *receiver) {
    struct sw_network *network = delivery->socket->network;
    if (receiver != NULL && atomic_load_explicit(&receiver->spilled, memory_order_relaxed) != 0) {
        spill(delivery, receiver);
        return 0;
    }
    if (receiver != NULL && differs(delivery, receiver)) {
        if (!sw_name_is_served(network, name))
            return -ECONNREFUSED;
        spill(delivery, receiver);
        return 0;
    }
    struct sw_path path;
    int result = sw_path_open(&path, network, name);
    if (result < 0)
        return result;
    if (receiver != NULL)
        sw_options_tell(receiver, (struct sw_told){.ttl = delivery->control.ttl, .tos = delivery->control.tos});
    ssize_t sent = sw_path_send(delivery->socket->fd, &path, &delivery->message, MSG_DONTWAIT | MSG_NOSIGNAL);
    result = sent >= 0 ? 0 : (int)sent;
    sw_path_close(&path);
    if (receiver != NULL && result == 0)
        sw_spill_passed(receiver);
    /* UDP sends a datagram of any size when nothing else of the sender is on its way, a Unix socket none larger than SO_SNDBUF. */
    if (result == -EAGAIN || result == -ENOBUFS || result == -EMSGSIZE) {
        if (receiver != NULL)
            spill(delivery, receiver);
        return 0; /* Without a record it is Samba's, and full: UDP drops. */
    }
    /* It listens to somebody else: Samba's, or one of ours that is being told of an error. Or it has shut its reading half, of which UDP
     * knows nothing. */
    if (result == -EPERM || result == -EPIPE) {
        if (receiver != NULL)
            spill(delivery, receiver);
        return 0;
    }
    return result;
}

static void deliver_to(struct sw_record *receiver, void *context) {
    struct sw_delivery *delivery = context;
    if (sw_record_has(receiver, SW_CONNECTED) && !sw_address_equal(&receiver->peer, &delivery->source))
        return;
    if (!sw_record_is_everywhere(receiver) && !sw_address_same_host(&receiver->local, &delivery->destination) &&
        delivery->target.scope != SW_SCOPE_BROADCAST)
        return;
    struct sw_name name = sw_record_name(receiver);
    if (hand_over(delivery, &name, receiver) == 0)
        delivery->delivered = true;
}

static void deliver_to_member(struct sw_record *receiver, void *context) {
    struct sw_delivery *delivery = context;
    bool own_host = receiver->interface == delivery->socket->record->interface;
    enum sw_switch loop = delivery->target.wire_family == 4 ? SW_SWITCH_IP_MULTICAST_LOOP : SW_SWITCH_IPV6_MULTICAST_LOOP;
    if (own_host ? !sw_options_switch(delivery->socket->record, loop) : delivery->control.ttl == 0)
        return;
    if (sw_record_has(receiver, SW_BOUND_ADDRESS) && !sw_record_is_everywhere(receiver) &&
        !sw_address_same_host(&receiver->local, &delivery->destination))
        return;
    deliver_to(receiver, context);
}

/* Every socket with the port on every host, the own one too. A host without a record there may be Samba's: then its file is tried. */
static void broadcast(struct sw_delivery *delivery) {
    struct sw_network *network = delivery->socket->network;
    for (unsigned interface = SW_INTERFACE_MIN; interface <= SW_INTERFACE_MAX; interface++) {
        uint32_t key = sw_endpoint_key(sw_transport_of(delivery->socket->record), 4, false, interface, delivery->destination.port);
        unsigned position = 0;
        struct sw_record *receiver;
        bool any = false;
        while ((receiver = sw_endpoint_next(network, key, &position)) != NULL) {
            any = true;
            /* A socket bound to one host's address gets no broadcasts. */
            if (sw_record_is_everywhere(receiver) || sw_address_same_host(&receiver->local, &delivery->destination))
                deliver_to(receiver, delivery);
        }
        if (!any && !sw_record_has(delivery->socket->record, SW_UDP_LITE)) {
            struct sw_name name = {.udp = true, .wire_family = 4, .interface = (uint8_t)interface, .port = delivery->destination.port};
            hand_over(delivery, &name, NULL);
        }
    }
}

/* Whether the program may read what it wants to send: asked where no system call has done so. */
static bool is_readable(const struct msghdr *message) {
    for (size_t i = 0; i < (size_t)message->msg_iovlen; i++)
        for (size_t done = 0; done < message->msg_iov[i].iov_len; done += SW_NOWHERE_SIZE) {
            size_t left = message->msg_iov[i].iov_len - done;
            struct iovec to = {sw_nowhere, left < SW_NOWHERE_SIZE ? left : SW_NOWHERE_SIZE};
            struct iovec from = {(char *)message->msg_iov[i].iov_base + done, to.iov_len};
            if (process_vm_readv(getpid(), &to, 1, &from, 1, 0) != (ssize_t)to.iov_len && errno == EFAULT)
                return false;
        }
    return true;
}

/* __udp4_lib_err(): the error finds the socket as an answer would, and a connected one is found from its peer alone. */
static bool is_found_from(const struct sw_record *record, const struct sw_address *destination) {
    if (!sw_record_has(record, SW_CONNECTED))
        return true;
    struct sw_address peer = sw_address_unmapped(&record->peer), from = sw_address_unmapped(destination);
    return sw_address_equal(&peer, &from);
}

/* Nobody on the network has the port. */
static void unreachable(struct sw_delivery *delivery) {
    struct sw_record *record = delivery->socket->record;
    if (!is_readable(&delivery->message)) {
        delivery->error = -EFAULT;
        return;
    }
    if (delivery->target.scope == SW_SCOPE_OUTSIDE || sw_is_for_name_server(&delivery->destination)) {
        sw_name_server_answer(delivery);
        return;
    }
    bool is_first = !delivery->is_refused;
    delivery->is_refused = true;
    if (is_first)
        sw_capture_unreachable(delivery->socket, &delivery->source, &delivery->destination, &delivery->message);
    bool is_wanted = sw_error_queue_is_wanted(record, &delivery->destination);
    if ((!sw_record_has(record, SW_CONNECTED) && !is_wanted) || !is_found_from(record, &delivery->destination))
        return;
    if (is_first)
        sw_error_queue_put(delivery->socket, &delivery->destination, delivery->whole != NULL ? delivery->whole : &delivery->message);
    atomic_store(&record->pending_error, ECONNREFUSED);
    /* Each time: to try the next one has taken the error from the Unix socket. */
    struct sw_name own = sw_record_name(record);
    struct sw_path path;
    if (sw_path_open(&path, delivery->socket->network, &own) < 0)
        return;
    sw_poison_datagram(delivery->socket, &path);
    sw_path_close(&path);
}

static void unicast(struct sw_delivery *delivery) {
    struct sw_network *network = delivery->socket->network;
    for (unsigned attempt = 0; attempt < 64; attempt++) {
        unsigned count;
        struct sw_record *receiver = find_receiver(delivery, &count);
        struct sw_name name = {
            .udp = true,
            .wire_family = delivery->target.wire_family,
            .loopback = delivery->target.scope == SW_SCOPE_LOOPBACK,
            .interface = delivery->target.interface,
            .port = delivery->destination.port,
            .loopback_address = delivery->target.loopback_address,
        };
        if (receiver != NULL)
            name = sw_record_name(receiver);
        else if (count > 0 || sw_record_has(delivery->socket->record, SW_UDP_LITE))
            break;
        int result = hand_over(delivery, &name, receiver);
        if (result == 0) {
            delivery->delivered = true;
            delivery->receiver = count == 1 && receiver != NULL && !differs(delivery, receiver) ? receiver : NULL;
            return;
        }
        if (result == -EFAULT || result == -ENOMEM) {
            delivery->error = result;
            return;
        }
        if (receiver == NULL || result != -ECONNREFUSED)
            break;
        sw_socket_release(network, receiver); /* a ghost */
    }
    unreachable(delivery);
}

void sw_deliver(struct sw_delivery *delivery) {
    const struct sw_packet_marks marks = {delivery->control.ttl, delivery->control.tos};
    struct sw_entry entry = sw_capture_datagram_starts(delivery->socket, &delivery->source, &delivery->destination, marks, &delivery->message);
    switch (delivery->target.scope) {
    case SW_SCOPE_BROADCAST:
        broadcast(delivery);
        break;
    case SW_SCOPE_MULTICAST: {
        struct sw_address group = sw_address_unmapped(&delivery->destination), sender = sw_address_unmapped(&delivery->source);
        sw_groups_each(delivery->socket->network, &group, &sender, deliver_to_member, delivery);
        break;
    }
    case SW_SCOPE_OUTSIDE: /* a name server: all else was refused before */
        unreachable(delivery);
        break;
    default:
        unicast(delivery);
    }
    /* What nobody took was not looked at by anyone. */
    if (!delivery->delivered && delivery->error == 0 && !entry.is_filled && !is_readable(&delivery->message))
        delivery->error = -EFAULT;
    if (delivery->error < 0)
        sw_capture_datagram_failed(&entry);
    else
        sw_capture_datagram_sent(&entry, &delivery->message);
}
