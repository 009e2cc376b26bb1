#include "sockets/datagram.h"

#include "base/real.h"
#include "capture/capture.h"
#include "sockets/control.h"
#include "sockets/error_queue.h"
#include "sockets/groups.h"
#include "sockets/life.h"
#include "sockets/options.h"
#include "sockets/poison.h"
#include "sockets/port.h"
#include "sockets/spill.h"
#include "sockets/stream.h"
#include "state/endpoint_index.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>
#include <sys/time.h>
#include <time.h>

enum { IPV4_PAYLOAD = 65507, IPV6_PAYLOAD = 65527 };

/* One datagram on its way. */
struct sending {
    struct sw_socket *socket;
    struct sw_address source, destination;
    struct sw_site target;
    struct msghdr message; /* only the data */
    struct sw_control control;
    bool delivered;
    int error; /* of the data itself, such as EFAULT */
};

/* The own address that a datagram to `target` comes from. */
static struct sw_address source_towards(const struct sw_socket *socket, const struct sw_site *target) {
    const struct sw_record *record = socket->record;
    if (sw_record_has(record, SW_BOUND_ADDRESS) && !sw_address_is_wildcard(&record->local)) {
        struct sw_site own = sw_address_site(socket->network, record->interface, &record->local);
        if (own.scope == SW_SCOPE_HOST || own.scope == SW_SCOPE_LOOPBACK)
            return record->local;
    }
    struct sw_site source = *target;
    source.scope = target->scope == SW_SCOPE_LOOPBACK ? SW_SCOPE_LOOPBACK : SW_SCOPE_HOST;
    source.interface = record->interface;
    source.loopback_address = 0;
    return sw_address_of_site(socket->network, &source, record->name_port, record->family);
}

int sw_datagram_connect(struct sw_socket *socket, const struct sw_site *target, const struct sw_address *address) {
    struct sw_record *record = socket->record;
    /* inet_dgram_connect() gives it a port before it asks for the way. */
    if (!sw_record_has(record, SW_NAMED)) {
        int result = sw_bind_wildcard(socket, target);
        if (result < 0)
            return result;
    }
    if (target->scope == SW_SCOPE_OUTSIDE) {
        sw_capture_blocked(socket, address);
        return -ENETUNREACH;
    }
    if (target->scope == SW_SCOPE_BROADCAST && !sw_control_may_broadcast(socket))
        return -EACCES;
    record->local = source_towards(socket, target);
    record->peer = *address;
    sw_record_set(record, SW_CONNECTED | SW_BOUND);
    return 0;
}

/* How well `record` fits a datagram, as compute_score() of the kernel has it; -1 when not at all. */
static int score(const struct sending *sending, const struct sw_record *record) {
    int points = 0;
    if (!sw_record_has(record, SW_WILDCARD)) {
        if (!sw_address_same_host(&record->local, &sending->destination))
            return -1;
        points++;
    } else if (sw_record_has(record, SW_CONNECTED) && !sw_address_same_host(&record->local, &sending->destination)) {
        return -1;
    }
    if (sw_record_has(record, SW_CONNECTED)) {
        if (!sw_address_equal(&record->peer, &sending->source))
            return -1;
        points += 2;
    }
    return points;
}

static struct sw_record *find_receiver(const struct sending *sending, bool *any) {
    struct sw_network *network = sending->socket->network;
    uint32_t key = sw_endpoint_key(sw_transport_of(sending->socket->record), sending->target.wire_family, sending->target.scope == SW_SCOPE_LOOPBACK, sending->target.interface,
                                   sending->destination.port);
    struct sw_record *best = NULL, *record;
    int best_points = -1;
    unsigned position = 0;
    *any = false;
    while ((record = sw_endpoint_next(network, key, &position)) != NULL) {
        *any = true;
        int points = score(sending, record);
        if (points < 0 || points < best_points)
            continue;
        /* Sockets with SO_REUSEPORT take turns by sender, others leave it to the last one bound. */
        if (points == best_points && best != NULL && sw_record_has(record, SW_REUSEPORT) && sw_record_has(best, SW_REUSEPORT)) {
            uint32_t hash = (uint32_t)(sending->source.port * 2654435761u) ^ atomic_load(&record->cookie) * 40503u;
            uint32_t other = (uint32_t)(sending->source.port * 2654435761u) ^ atomic_load(&best->cookie) * 40503u;
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

/* Hands the datagram to the Unix socket with this name: 0, or the error of sendmsg(2). */
static int hand_over(struct sending *sending, const struct sw_name *name, struct sw_record *receiver) {
    struct sw_network *network = sending->socket->network;
    struct sw_name own = sw_record_name(sending->socket->record);
    if (receiver != NULL && atomic_load_explicit(&receiver->spilled, memory_order_relaxed) != 0) {
        sw_spill_put(network, receiver, &own, &sending->message);
        return 0;
    }
    struct sw_path path;
    int result = sw_path_open(&path, network, name);
    if (result < 0)
        return result;
    sending->message.msg_name = &path.address;
    sending->message.msg_namelen = path.length;
    if (receiver != NULL) {
        struct sw_options *options = sw_options_of(receiver);
        options->received_ttl = sending->control.ttl;
        options->received_tos = sending->control.tos;
    }
    ssize_t sent = sw_real.sendmsg(sending->socket->fd, &sending->message, MSG_DONTWAIT | MSG_NOSIGNAL);
    result = sent >= 0 ? 0 : -errno;
    sending->message.msg_name = NULL;
    sending->message.msg_namelen = 0;
    sw_path_close(&path);
    if (result == -EAGAIN || result == -ENOBUFS) {
        if (receiver != NULL)
            sw_spill_put(network, receiver, &own, &sending->message);
        return 0; /* Without a record it is Samba's, and full: UDP drops. */
    }
    if (result == -EPERM)
        return 0; /* It listens to somebody else. */
    return result;
}

static void deliver_to(struct sw_record *receiver, void *context) {
    struct sending *sending = context;
    if (sw_record_has(receiver, SW_CONNECTED) && !sw_address_equal(&receiver->peer, &sending->source))
        return;
    if (!sw_record_has(receiver, SW_WILDCARD) && !sw_address_same_host(&receiver->local, &sending->destination) &&
        sending->target.scope != SW_SCOPE_BROADCAST)
        return;
    struct sw_name name = sw_record_name(receiver);
    if (hand_over(sending, &name, receiver) == 0)
        sending->delivered = true;
}

static void deliver_to_member(struct sw_record *receiver, void *context) {
    struct sending *sending = context;
    bool own_host = receiver->interface == sending->socket->record->interface;
    enum sw_switch loop = sending->target.wire_family == 4 ? SW_SWITCH_IP_MULTICAST_LOOP : SW_SWITCH_IPV6_MULTICAST_LOOP;
    if (own_host && !sw_options_switch(sending->socket->record, loop))
        return;
    if (sw_record_has(receiver, SW_BOUND_ADDRESS) && !sw_record_has(receiver, SW_WILDCARD) &&
        !sw_address_same_host(&receiver->local, &sending->destination))
        return;
    deliver_to(receiver, context);
}

/* Every socket with the port on every host, the own one too. A host without a record there may be Samba's: then its file is tried. */
static void broadcast(struct sending *sending) {
    struct sw_network *network = sending->socket->network;
    for (unsigned interface = SW_INTERFACE_MIN; interface <= SW_INTERFACE_MAX; interface++) {
        uint32_t key = sw_endpoint_key(sw_transport_of(sending->socket->record), 4, false, interface, sending->destination.port);
        unsigned position = 0;
        struct sw_record *receiver;
        bool any = false;
        while ((receiver = sw_endpoint_next(network, key, &position)) != NULL) {
            any = true;
            /* A socket bound to one host's address gets no broadcasts. */
            if (sw_record_has(receiver, SW_WILDCARD) || sw_address_same_host(&receiver->local, &sending->destination))
                deliver_to(receiver, sending);
        }
        if (!any && !sw_record_has(sending->socket->record, SW_UDP_LITE)) {
            struct sw_name name = {.udp = true, .wire_family = 4, .interface = (uint8_t)interface, .port = sending->destination.port};
            hand_over(sending, &name, NULL);
        }
    }
}

/* Whether the program may read what it wants to send: asked where no system call has done so. */
static bool is_readable(const struct msghdr *message) {
    char data[4096];
    for (size_t i = 0; i < message->msg_iovlen; i++)
        for (size_t done = 0; done < message->msg_iov[i].iov_len; done += sizeof data) {
            size_t left = message->msg_iov[i].iov_len - done;
            struct iovec to = {data, left < sizeof data ? left : sizeof data};
            struct iovec from = {(char *)message->msg_iov[i].iov_base + done, to.iov_len};
            if (process_vm_readv(getpid(), &to, 1, &from, 1, 0) != (ssize_t)to.iov_len && errno == EFAULT)
                return false;
        }
    return true;
}

static void unreachable(struct sending *sending) {
    struct sw_record *record = sending->socket->record;
    if (!is_readable(&sending->message)) {
        sending->error = -EFAULT;
        return;
    }
    sw_capture_unreachable(sending->socket, &sending->source, &sending->destination, &sending->message);
    enum sw_switch told = record->family == AF_INET ? SW_SWITCH_IP_RECVERR : SW_SWITCH_IPV6_RECVERR;
    if (!sw_record_has(record, SW_CONNECTED) && !sw_options_switch(record, told))
        return;
    sw_error_queue_put(sending->socket, &sending->destination, &sending->message);
    atomic_store(&record->pending_error, ECONNREFUSED);
    struct sw_name own = sw_record_name(record);
    struct sw_path path;
    if (sw_path_open(&path, sending->socket->network, &own) < 0)
        return;
    sw_poison_datagram(sending->socket->fd, &path.address, path.length);
    sw_path_close(&path);
}

static void unicast(struct sending *sending) {
    struct sw_network *network = sending->socket->network;
    for (unsigned attempt = 0; attempt < 64; attempt++) {
        bool any;
        struct sw_record *receiver = find_receiver(sending, &any);
        struct sw_name name = {
            .udp = true,
            .wire_family = sending->target.wire_family,
            .loopback = sending->target.scope == SW_SCOPE_LOOPBACK,
            .interface = sending->target.interface,
            .port = sending->destination.port,
            .loopback_address = sending->target.loopback_address,
        };
        if (receiver != NULL)
            name = sw_record_name(receiver);
        else if (any || sw_record_has(sending->socket->record, SW_UDP_LITE))
            break;
        int result = hand_over(sending, &name, receiver);
        if (result == 0) {
            sending->delivered = true;
            return;
        }
        if (result == -EFAULT || result == -ENOMEM) {
            sending->error = result;
            return;
        }
        if (receiver == NULL || result != -ECONNREFUSED)
            break;
        sw_socket_release(network, receiver); /* a ghost */
    }
    unreachable(sending);
}

static int find_destination(struct sw_socket *socket, const struct msghdr *message, struct sending *sending) {
    struct sw_record *record = socket->record;
    const struct sockaddr *name = message->msg_name;
    if (name == NULL) {
        if (!sw_record_has(record, SW_CONNECTED))
            return -EDESTADDRREQ;
        sending->destination = record->peer;
    } else {
        int family = record->family;
        if (message->msg_namelen < sizeof name->sa_family)
            return -EINVAL;
        if (name->sa_family == AF_UNSPEC && family == AF_INET6) {
            if (!sw_record_has(record, SW_CONNECTED))
                return -EDESTADDRREQ;
            sending->destination = record->peer;
        } else {
            union {
                struct sockaddr_in in;
                struct sockaddr_in6 in6;
            } copy;
            memset(&copy, 0, sizeof copy);
            memcpy(&copy, name, message->msg_namelen < sizeof copy ? message->msg_namelen : sizeof copy);
            if (family == AF_INET6 && name->sa_family == AF_INET) {
                if (sw_record_has(record, SW_V6ONLY))
                    return -ENETUNREACH;
                family = AF_INET;
            } else if (family == AF_INET && name->sa_family == AF_UNSPEC) {
                copy.in.sin_family = AF_INET;
            } else if (family == AF_INET6 && name->sa_family != AF_INET6) {
                return -EINVAL;
            }
            int result = sw_address_read(family, (struct sockaddr *)&copy, message->msg_namelen, &sending->destination);
            if (result < 0)
                return result;
        }
        if (sending->destination.port == 0)
            return -EINVAL;
        bool mapped = sw_address_is_mapped(&sending->destination) || sending->destination.family == AF_INET;
        if (record->family == AF_INET6 && mapped && sw_record_has(record, SW_V6ONLY))
            return -ENETUNREACH;
        if (record->family == AF_INET6 && !mapped && record->local.family != 0 && sw_address_is_mapped(&record->local))
            return -EAFNOSUPPORT;
    }
    sending->target = sw_address_site(socket->network, record->interface, &sending->destination);
    if (sending->target.scope == SW_SCOPE_WILDCARD) {
        bool loopback = sending->target.wire_family == 6 || sw_has_ipv4_loopback(socket->network);
        sending->target.scope = loopback ? SW_SCOPE_LOOPBACK : SW_SCOPE_HOST;
        sending->destination = sw_address_of_site(socket->network, &sending->target, sending->destination.port, record->family);
    }
    return 0;
}

static void send_one(struct sending *sending) {
    struct sw_ticket ticket = sw_capture_datagram_starts(sending->socket, &sending->message);
    switch (sending->target.scope) {
    case SW_SCOPE_BROADCAST:
        broadcast(sending);
        break;
    case SW_SCOPE_MULTICAST: {
        struct sw_address group = sending->destination;
        if (sw_address_is_mapped(&group)) {
            memmove(group.bytes, group.bytes + 12, 4);
            memset(group.bytes + 4, 0, 12);
            group.family = AF_INET;
        }
        sw_groups_each(sending->socket->network, &group, deliver_to_member, sending);
        break;
    }
    default:
        unicast(sending);
    }
    /* What nobody took was not looked at by anyone. */
    if (ticket.event != NULL && !sending->delivered && sending->error == 0 && !is_readable(&sending->message))
        sending->error = -EFAULT;
    if (sending->error < 0)
        sw_capture_datagram_failed(sending->socket, &ticket);
    else
        sw_capture_datagram_sent(sending->socket, &ticket, &sending->source, &sending->destination, &sending->message);
}

/* UDP_SEGMENT: the data as datagrams of `segment` bytes each. */
static void send_segments(struct sending *sending, size_t total, unsigned segment) {
    struct iovec *parts = sending->message.msg_iov;
    size_t index = 0, offset = 0;
    while (total > 0) {
        struct iovec pieces[64];
        size_t count = 0, wanted = total < segment ? total : segment;
        total -= wanted;
        while (wanted > 0 && count < 64) {
            size_t left = parts[index].iov_len - offset, part = left < wanted ? left : wanted;
            pieces[count++] = (struct iovec){(char *)parts[index].iov_base + offset, part};
            wanted -= part;
            offset += part;
            if (offset == parts[index].iov_len) {
                index++;
                offset = 0;
            }
        }
        sending->message.msg_iov = pieces;
        sending->message.msg_iovlen = count;
        send_one(sending);
    }
}

ssize_t sw_datagram_send(struct sw_socket *socket, const struct msghdr *message, int flags) {
    struct sw_record *record = socket->record;
    struct sending sending = {.socket = socket, .message = {.msg_iov = message->msg_iov, .msg_iovlen = message->msg_iovlen}};
    size_t length = 0;
    for (size_t i = 0; i < (size_t)message->msg_iovlen; i++)
        length += message->msg_iov[i].iov_len;
    if (length > 0xffff)
        return -EMSGSIZE;
    if ((flags & MSG_OOB) != 0)
        return -EOPNOTSUPP;
    int result = find_destination(socket, message, &sending);
    if (result < 0) {
        /* inet_send_prepare() comes before the protocol looks at anything. */
        if (!sw_record_has(record, SW_NAMED))
            sw_bind_wildcard(socket, NULL);
        return result;
    }
    struct sw_control control;
    result = sw_control_read(socket, message, &control);
    if (result < 0)
        return result;
    sending.control = control;
    if (sending.target.scope == SW_SCOPE_OUTSIDE) {
        sw_capture_blocked(socket, &sending.destination);
        return -ENETUNREACH;
    }
    if (sending.target.scope == SW_SCOPE_BROADCAST && !sw_control_may_broadcast(socket))
        return -EACCES;
    if (!sw_record_has(record, SW_NAMED)) {
        result = sw_bind_wildcard(socket, &sending.target);
        if (result < 0)
            return result == -EADDRINUSE ? -EAGAIN : result;
    }
    result = sw_pending_error(socket);
    if (result != 0)
        return -result;
    if (length > (sending.target.wire_family == 4 ? IPV4_PAYLOAD : IPV6_PAYLOAD))
        return -EMSGSIZE;
    if (sw_record_has(record, SW_WRITE_SHUT))
        return -EPIPE;

    sending.source = source_towards(socket, &sending.target);
    if (control.segment != 0 && length > control.segment)
        send_segments(&sending, length, control.segment);
    else
        send_one(&sending);
    return sending.error < 0 ? sending.error : (ssize_t)length;
}

/* The sender as the receiver is to see it. A socket on all addresses of this very host has two names to go by: the one that fits
 * what the receiver listens on. */
static struct sw_address address_of_sender(const struct sw_socket *socket, struct sw_name name) {
    const struct sw_record *record = socket->record;
    if (name.interface == record->interface && !name.loopback && record->local.family != 0) {
        struct sw_site own = sw_address_site(socket->network, record->interface, &record->local);
        bool on_loopback = own.scope == SW_SCOPE_LOOPBACK || (own.scope == SW_SCOPE_WILDCARD && record->name_loopback);
        if (on_loopback && (name.wire_family == 6 || sw_has_ipv4_loopback(socket->network)))
            name.loopback = true;
    }
    /* A socket of both families goes by its IPv6 name; whom it reaches over IPv4 sees its IPv4 address. */
    if (record->family == AF_INET || (record->local.family != 0 && sw_address_is_mapped(&record->local)) ||
        (sw_record_has(record, SW_CONNECTED) && sw_address_is_mapped(&record->peer)))
        name.wire_family = 4;
    if (name.wire_family == 4 && !sw_has_ipv4_loopback(socket->network))
        name.loopback = false;
    return sw_address_of_name(socket->network, &name, record->family);
}

/* The next datagram, from the Unix socket or from what it had no room for. Tokens are not for the program. */
static ssize_t next_datagram(struct sw_socket *socket, struct msghdr *message, int flags, struct sw_name *source, bool *named) {
    struct sw_record *record = socket->record;
    struct sockaddr_un from;
    size_t control_room = message->msg_controllen;
    for (;;) {
        message->msg_name = &from;
        message->msg_namelen = sizeof from;
        message->msg_controllen = control_room;
        ssize_t result = sw_real.recvmsg(socket->fd, message, flags);
        int error = errno;
        if (result < 0) {
            int pending = error == ECONNRESET ? sw_pending_error(socket) : 0;
            return pending != 0 ? -pending : -error;
        }
        bool peek = (flags & MSG_PEEK) != 0;
        *named = sw_name_of_unix(&from, message->msg_namelen, source);
        bool token = message->msg_namelen <= offsetof(struct sockaddr_un, sun_path) && result == 0;
        if (!token) {
            if (!peek && atomic_load_explicit(&record->spilled, memory_order_relaxed) != 0 && sw_record_claim(record, SW_ERROR_TOKEN))
                sw_spill_send_token(socket->network, record);
            return result;
        }
        if (!peek)
            sw_record_clear(record, SW_ERROR_TOKEN);
        if (sw_record_has(record, SW_READ_SHUT))
            return 0;
        int message_flags = message->msg_flags;
        result = sw_spill_take(socket->network, record, source, message, peek);
        if (result >= 0) {
            *named = true;
            if ((flags & MSG_TRUNC) == 0 && (message->msg_flags & MSG_TRUNC) != 0) {
                size_t fits = 0;
                for (size_t i = 0; i < (size_t)message->msg_iovlen; i++)
                    fits += message->msg_iov[i].iov_len;
                result = (ssize_t)fits;
            }
            message->msg_flags |= message_flags & MSG_CTRUNC;
            if (!peek && atomic_load(&record->spilled) != 0 && sw_record_claim(record, SW_ERROR_TOKEN))
                sw_spill_send_token(socket->network, record);
            return result;
        }
        if (peek)
            sw_real.recv(socket->fd, &(char){0}, 0, MSG_DONTWAIT);
    }
}

/* SIOCGSTAMP of socket(7): asking for the first time turns the stamps on. */
int sw_datagram_stamp(struct sw_socket *socket, struct timespec *stamp) {
    struct sw_record *record = socket->record;
    uint64_t time = sw_record_claim(record, SW_STAMPED) ? 0 : atomic_load(&record->received);
    if (time == 0)
        return -ENOENT;
    *stamp = (struct timespec){.tv_sec = (time_t)(time / 1000000000u), .tv_nsec = (long)(time % 1000000000u)};
    return 0;
}

ssize_t sw_datagram_receive(struct sw_socket *socket, struct msghdr *message, int flags) {
    struct sw_record *record = socket->record;
    void *name = message->msg_name;
    socklen_t name_length = message->msg_namelen;
    size_t control_room = message->msg_controllen;
    if ((flags & MSG_ERRQUEUE) != 0) {
        ssize_t told = sw_error_queue_take(socket, message);
        if (told >= 0)
            sw_pending_error(socket);
        return told;
    }
    if ((flags & MSG_PEEK) == 0 || atomic_load(&record->pending_error) != 0) {
        int pending = sw_pending_error(socket);
        if (pending != 0)
            return -pending;
    }
    if (sw_record_has(record, SW_READ_SHUT))
        flags |= MSG_DONTWAIT;
    flags &= ~MSG_OOB;

    struct sw_name source;
    bool named = false;
    ssize_t result = next_datagram(socket, message, flags, &source, &named);
    message->msg_name = name;
    message->msg_namelen = name_length;
    if (result < 0)
        return result == -EAGAIN && sw_record_has(record, SW_READ_SHUT) ? 0 : result;

    if (sw_record_has(record, SW_STAMPED)) {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        atomic_store(&record->received, (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec);
    }
    struct sw_address from = {.family = record->family};
    if (named)
        from = address_of_sender(socket, source);
    if (name != NULL)
        sw_address_write(&from, record->family, name, &message->msg_namelen);
    else
        message->msg_namelen = 0;
    sw_control_add(socket, message, control_room, &from);
    return result;
}
