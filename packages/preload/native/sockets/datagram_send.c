#include "sockets/datagram.h"
#include "sockets/datagram_anew.h"

#include "base/parts.h"
#include "base/scratch.h"
#include "capture/capture.h"
#include "sockets/cork.h"
#include "sockets/delivery.h"
#include "sockets/error_queue.h"
#include "sockets/name_server.h"
#include "sockets/options.h"
#include "sockets/port.h"
#include "sockets/route.h"
#include "sockets/stream.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

enum { MOST_SEGMENTS = 128 /* UDP_MAX_SEGMENTS */, IPV4_PAYLOAD = 65507, IPV6_PAYLOAD = 65527, PROBE = 0x10 /* MSG_PROBE, which libc's headers lack */ };

static int find_destination(struct sw_socket *socket, const struct msghdr *message, struct sw_delivery *delivery) {
    struct sw_record *record = socket->record;
    const struct sockaddr *name = message->msg_name;
    if (name == NULL) {
        if (!sw_record_has(record, SW_CONNECTED))
            return -EDESTADDRREQ;
        delivery->destination = record->peer;
    } else {
        int family = record->family;
        if (message->msg_namelen < sizeof name->sa_family)
            return -EINVAL;
        if (name->sa_family == AF_UNSPEC && family == AF_INET6) {
            if (!sw_record_has(record, SW_CONNECTED))
                return -EDESTADDRREQ;
            delivery->destination = record->peer;
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
            int result = sw_address_read(family, (struct sockaddr *)&copy, message->msg_namelen, &delivery->destination);
            if (result < 0)
                return result;
        }
        bool mapped = sw_address_is_mapped(&delivery->destination) || delivery->destination.family == AF_INET;
        if (record->family == AF_INET6 && mapped && sw_record_has(record, SW_V6ONLY))
            return -ENETUNREACH;
        if (delivery->destination.port == 0)
            return -EINVAL;
    }
    delivery->target = sw_address_site(socket->network, record->interface, &delivery->destination);
    if (delivery->target.scope == SW_SCOPE_WILDCARD) {
        /* udpv6_sendmsg(): from an IPv4 address `::` is IPv4's loopback. */
        if (record->local.family != 0 && sw_address_is_mapped(&record->local))
            delivery->target.wire_family = 4;
        bool loopback = delivery->target.wire_family == 6 || sw_has_ipv4_loopback(socket->network);
        delivery->target.scope = loopback ? SW_SCOPE_LOOPBACK : SW_SCOPE_HOST;
        delivery->destination = sw_address_of_site(socket->network, &delivery->target, delivery->destination.port, record->family);
    }
    return 0;
}

/* UDP_SEGMENT: the data as datagrams of `segment` bytes each. */
static void send_segments(struct sw_delivery *delivery, size_t total, unsigned segment) {
    enum { PIECES = 64 };
    const struct msghdr whole = delivery->message;
    delivery->whole = &whole;
    for (size_t offset = 0; offset < total; offset += segment) {
        struct iovec pieces[PIECES];
        size_t count;
        sw_parts_window(&whole, offset, segment, pieces, PIECES, &count);
        delivery->message.msg_iov = pieces;
        delivery->message.msg_iovlen = count;
        sw_deliver(delivery);
    }
    delivery->whole = NULL;
}

/* Everything that may be wrong with a datagram before it is sent. */
static int prepare(struct sw_delivery *delivery, const struct msghdr *message, size_t length) {
    struct sw_socket *socket = delivery->socket;
    struct sw_record *record = socket->record;
    int result = find_destination(socket, message, delivery);
    if (result < 0) {
        /* inet_send_prepare() comes before the protocol looks at anything. */
        if (sw_datagram_has_no_port(record))
            sw_bind_unbound(socket, NULL);
        sw_port_show(socket->record);
        return result;
    }
    result = sw_control_read(socket, &delivery->target, message, &delivery->control);
    if (result < 0)
        return result;
    /* ip6_dst_lookup_tail() */
    if (delivery->target.wire_family == 6 && record->local.family != 0 && sw_address_is_mapped(&record->local) && delivery->control.source.family == 0)
        return -EAFNOSUPPORT;
    if (sw_port_is_elsewhere(socket))
        return -ENETUNREACH;
    if (delivery->target.scope == SW_SCOPE_OUTSIDE && !sw_is_for_name_server(&delivery->destination)) {
        sw_capture_blocked(socket, &delivery->destination);
        return -ENETUNREACH;
    }
    if (delivery->target.scope == SW_SCOPE_BROADCAST && !sw_control_may_broadcast(socket))
        return -EACCES;
    if (sw_datagram_has_no_port(record)) {
        result = sw_bind_unbound(socket, &delivery->target);
        if (result < 0)
            return result == -EADDRINUSE ? -EAGAIN : result;
        record = socket->record;
    }
    sw_port_show(record);
    result = sw_pending_error(socket);
    if (result != 0)
        return -result;
    if (length > (delivery->target.wire_family == 4 ? IPV4_PAYLOAD : IPV6_PAYLOAD))
        return -EMSGSIZE;
    return sw_record_has(record, SW_WRITE_SHUT) ? -EPIPE : 0;
}

/* IP_PKTINFO. From its loopback a host sends to itself alone. */
static void choose_source(struct sw_delivery *delivery) {
    const struct sw_socket *socket = delivery->socket;
    const struct sw_record *record = socket->record;
    const struct sw_address *chosen = &delivery->control.source;
    bool is_here = delivery->target.interface == record->interface;
    if (chosen->family == 0 || (delivery->target.scope != SW_SCOPE_LOOPBACK && delivery->target.scope != SW_SCOPE_HOST))
        return;
    struct sw_site site = sw_address_site(socket->network, record->interface, chosen);
    if (site.wire_family != delivery->target.wire_family || (site.scope == SW_SCOPE_LOOPBACK && !is_here))
        return;
    struct sw_address source = sw_address_of_site(socket->network, &site, record->name_port, record->family);
    delivery->source_is_chosen = !sw_address_equal(&source, &delivery->source);
    delivery->source = source;
}

/* Sends a datagram of `length` bytes, as many as UDP_SEGMENT says. */
static int deliver(struct sw_delivery *delivery, size_t length) {
    delivery->source = sw_datagram_source(delivery->socket, &delivery->target);
    choose_source(delivery);
    if (delivery->control.segment != 0 && length > delivery->control.segment * MOST_SEGMENTS)
        return -EINVAL;
    if (delivery->control.segment != 0 && length > delivery->control.segment)
        send_segments(delivery, length, delivery->control.segment);
    else
        sw_deliver(delivery);
    return delivery->error < 0 ? delivery->error : 0;
}

int sw_datagram_push(struct sw_socket *socket) {
    struct sw_delivery delivery = {.socket = socket};
    char *data = sw_scratch_take(SW_CORK_MOST);
    if (data == NULL)
        return -ENOBUFS;
    ssize_t length = sw_cork_take(socket, &delivery, data);
    struct iovec part = {data, (size_t)length};
    delivery.message = (struct msghdr){.msg_iov = &part, .msg_iovlen = 1};
    int result = length < 0 ? 0 : deliver(&delivery, (size_t)length);
    sw_scratch_give_back(data, SW_CORK_MOST);
    return result;
}

/* Apart, so that what goes where others went does not make room for all this. */
static __attribute__((noinline)) ssize_t send_anew(struct sw_socket *socket, const struct msghdr *message, int flags) {
    struct sw_delivery delivery = {.socket = socket, .message = {.msg_iov = message->msg_iov, .msg_iovlen = message->msg_iovlen}};
    size_t length = sw_parts_length(message);
    if (length > 0xffff)
        return -EMSGSIZE;
    if ((flags & MSG_OOB) != 0)
        return -EOPNOTSUPP;

    uint32_t changes = atomic_load_explicit(&socket->network->state->header.changes, memory_order_acquire);
    int result = -ENOENT;
    bool more = (flags & MSG_MORE) != 0 || sw_options_switch(socket->record, SW_SWITCH_UDP_CORK);
    if (sw_cork_is_pending(socket->record)) {
        /* Only the data count: the first write has said everything else. */
        result = sw_cork_add(socket, message);
        if (result == 0 && !more)
            result = sw_datagram_push(socket);
    }
    if (result == -ENOENT) {
        result = prepare(&delivery, message, length);
        /* __ip_append_data() and ip_make_skb(): whoever asks for the way alone sends nothing. */
        if (result == 0 && (flags & PROBE) != 0)
            return (ssize_t)length;
        if (result == 0)
            result = more ? sw_cork_begin(&delivery) : deliver(&delivery, length);
    }
    if (result == 0 && delivery.receiver != NULL)
        sw_route_keep(&delivery, message, changes);
    if (result == 0)
        sw_error_queue_zerocopy(socket, flags);
    return result < 0 ? result : (ssize_t)length;
}

ssize_t sw_datagram_send(struct sw_socket *socket, const struct msghdr *message, int flags) {
    if (sw_route_send(socket, message, flags))
        return (ssize_t)message->msg_iov->iov_len;
    return send_anew(socket, message, flags);
}
