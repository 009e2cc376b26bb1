#include "sockets/error_queue.h"

#include "base/parts.h"
#include "base/real.h"
#include "sockets/control.h"
#include "sockets/options.h"
#include "sockets/side_file.h"
#include "sockets/stream.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

enum { MOST = 65535, PARTS = 64, ICMP_UNREACHABLE = 3, ICMP_PORT = 3, ICMPV6_UNREACHABLE = 1, ICMPV6_PORT = 4 };

/* What the kernel charges SO_RCVBUF for an entry beyond its data, roughly: struct sk_buff and the packet around the data. */
enum { OVERHEAD = 768 };

/* One entry, in front of its data. */
struct kept {
    struct sw_address destination;
    uint32_t length;
    uint32_t origin;      /* SO_EE_ORIGIN_ZEROCOPY, or 0 for ICMP */
    uint32_t first, last; /* the sends that are done */
};

static atomic_bool any;

bool sw_error_queue_any(void) {
    return atomic_load_explicit(&any, memory_order_relaxed);
}

static bool is_ipv4(const struct sw_address *address) {
    return address->family == AF_INET || sw_address_is_mapped(address);
}

/* udp_err() and udpv6_err(): the answer to an IPv4 packet is IPv4's, whatever family the socket has. */
bool sw_error_queue_is_wanted(const struct sw_record *record, const struct sw_address *destination) {
    return sw_options_switch(record, is_ipv4(destination) ? SW_SWITCH_IP_RECVERR : SW_SWITCH_IPV6_RECVERR);
}

static size_t room(const struct sw_record *record) {
    int set = sw_options_of((struct sw_record *)record)->receive_buffer;
    return set != 0 ? (size_t)set : 212992;
}

/* The last entry; where it is goes to `offset`. False when there is none. `charge` becomes what all of them cost. */
static bool find_last(const struct sw_side *side, struct kept *last, size_t *offset, size_t *charge) {
    bool is_found = false;
    *charge = 0;
    for (size_t at = 0; sw_side_peek(side, at, last, sizeof *last) && last->length <= MOST; at += sizeof *last + last->length) {
        *offset = at;
        *charge += OVERHEAD + last->length;
        is_found = true;
    }
    return is_found && sw_side_peek(side, *offset, last, sizeof *last);
}

/* sock_queue_err_skb(): what does not fit is lost. */
static bool append(const struct sw_socket *socket, struct sw_side *side, const struct iovec *parts, size_t count, size_t length, size_t charge) {
    if (charge + OVERHEAD + length >= room(socket->record) || !sw_side_append(side, parts, count))
        return false;
    atomic_store(&any, true);
    sw_record_set(socket->record, SW_ERRORS | SW_ERRORS_NEW);
    return true;
}

/* How much of a datagram an answer of ICMP quotes: icmp_send() makes packets of up to 576 bytes, icmp6_send() of IPV6_MIN_MTU, with the headers
 * of its own and those of the datagram. */
static size_t quoted_length(const struct sw_address *destination) {
    enum { IPV4 = 576 - (20 + 8) - (20 + 8), IPV6 = 1280 - (40 + 8) - (40 + 8) };
    return is_ipv4(destination) ? IPV4 : IPV6;
}

void sw_error_queue_put(const struct sw_socket *socket, const struct sw_address *destination, const struct msghdr *message) {
    struct sw_side side;
    if (!sw_error_queue_is_wanted(socket->record, destination) || !sw_side_open(&side, socket->network, socket->record, SW_SIDE_ERRORS, true))
        return;
    struct kept kept = {.destination = *destination}, last;
    struct iovec parts[1 + PARTS] = {{&kept, sizeof kept}};
    size_t count, offset, charge;
    kept.length = (uint32_t)sw_parts_window(message, 0, quoted_length(destination), parts + 1, PARTS, &count);
    find_last(&side, &last, &offset, &charge);
    append(socket, &side, parts, 1 + count, kept.length, charge);
    sw_side_close(&side);
}

void sw_error_queue_zerocopy(const struct sw_socket *socket, int flags) {
    struct sw_side side;
    if ((flags & MSG_ZEROCOPY) == 0 || !sw_options_switch(socket->record, SW_SWITCH_ZEROCOPY) ||
        !sw_side_open(&side, socket->network, socket->record, SW_SIDE_ERRORS, true))
        return;
    uint32_t number = sw_options_of(socket->record)->zerocopy_sends++;
    struct kept kept = {.origin = SO_EE_ORIGIN_ZEROCOPY, .first = number, .last = number}, last;
    size_t offset, charge;
    /* __msg_zerocopy_callback(): sends one after the other share an entry. */
    if (find_last(&side, &last, &offset, &charge) && last.origin == SO_EE_ORIGIN_ZEROCOPY && last.last + 1 == number) {
        last.last = number;
        sw_side_change(&side, offset, &last, sizeof last);
    } else {
        struct iovec part = {&kept, sizeof kept};
        append(socket, &side, &part, 1, 0, charge);
    }
    sw_side_close(&side);
}

void sw_error_queue_clear(const struct sw_socket *socket) {
    if (!sw_error_queue_waits(socket->record))
        return;
    sw_side_discard(socket->network, socket->record, SW_SIDE_ERRORS);
    sw_record_clear(socket->record, SW_ERRORS | SW_ERRORS_NEW);
}

void sw_error_queue_discard(const struct sw_network *network, const struct sw_record *record) {
    if (sw_options_switch(record, SW_SWITCH_IP_RECVERR) || sw_options_switch(record, SW_SWITCH_IPV6_RECVERR) || sw_options_switch(record, SW_SWITCH_ZEROCOPY) || sw_error_queue_waits(record))
        sw_side_discard(network, record, SW_SIDE_ERRORS);
}

/* struct sock_extended_err with the address of whoever sent the ICMP message behind it. */
static void add_error(const struct sw_socket *socket, struct msghdr *message, size_t room, const struct kept *kept) {
    bool ipv4 = socket->record->family == AF_INET, answered_by_ipv4 = is_ipv4(&kept->destination);
    union {
        struct {
            struct sock_extended_err error;
            union {
                struct sockaddr any;
                struct sockaddr_in6 in6;
            } offender;
        } parts;
        char bytes[sizeof(struct sock_extended_err) + sizeof(struct sockaddr_in6)];
    } told;
    memset(&told, 0, sizeof told);
    told.parts.error = (struct sock_extended_err){
        .ee_errno = ECONNREFUSED,
        .ee_origin = answered_by_ipv4 ? SO_EE_ORIGIN_ICMP : SO_EE_ORIGIN_ICMP6,
        .ee_type = answered_by_ipv4 ? ICMP_UNREACHABLE : ICMPV6_UNREACHABLE,
        .ee_code = answered_by_ipv4 ? ICMP_PORT : ICMPV6_PORT,
    };
    if (kept->origin == SO_EE_ORIGIN_ZEROCOPY) {
        told.parts.error = (struct sock_extended_err){
            .ee_origin = SO_EE_ORIGIN_ZEROCOPY,
            .ee_code = SO_EE_CODE_ZEROCOPY_COPIED,
            .ee_info = kept->first,
            .ee_data = kept->last,
        };
    } else {
        struct sw_address from = kept->destination;
        from.port = 0;
        socklen_t length = sizeof told.parts.offender;
        sw_address_write(&from, socket->record->family, &told.parts.offender.any, &length);
    }
    sw_control_put(message, room, ipv4 ? IPPROTO_IP : IPPROTO_IPV6, ipv4 ? IP_RECVERR : IPV6_RECVERR, &told,
                   sizeof told.parts.error + sw_address_size(socket->record->family));
}

/* Under the lock of an open queue, of which nothing is left. */
static void forget(const struct sw_socket *socket) {
    sw_record_clear(socket->record, SW_ERRORS | SW_ERRORS_NEW);
    sw_side_discard(socket->network, socket->record, SW_SIDE_ERRORS);
}

/* sock_dequeue_err_skb(): the next call reports what the next entry tells. */
static void report_next(struct sw_socket *socket, struct sw_side *side, const struct kept *taken) {
    struct kept next;
    bool has_next = sw_side_peek(side, 0, &next, sizeof next);
    if (!has_next)
        forget(socket);
    if (has_next && next.origin == 0)
        atomic_store(&socket->record->pending_error, ECONNREFUSED);
    else if (taken->origin == 0)
        sw_pending_error(socket);
}

ssize_t sw_error_queue_take(struct sw_socket *socket, struct msghdr *message) {
    struct sw_side side;
    if (!sw_error_queue_waits(socket->record) || !sw_side_open(&side, socket->network, socket->record, SW_SIDE_ERRORS, false))
        return -EAGAIN;
    struct kept kept;
    bool is_whole = sw_side_peek(&side, 0, &kept, sizeof kept) && kept.length <= MOST && sw_side_size(&side) >= sizeof kept + kept.length;
    ssize_t done = is_whole ? sw_side_read(&side, sizeof kept, kept.length, message) : -EAGAIN;
    sw_side_drop(&side, is_whole ? sizeof kept + kept.length : sw_side_size(&side));
    if (is_whole)
        report_next(socket, &side, &kept);
    else
        forget(socket);
    sw_side_close(&side);
    if (done < 0)
        return done;

    size_t room = message->msg_controllen;
    message->msg_controllen = 0;
    message->msg_flags = MSG_ERRQUEUE;
    if (done < (ssize_t)kept.length)
        message->msg_flags |= MSG_TRUNC;
    if (kept.origin == SO_EE_ORIGIN_ZEROCOPY)
        message->msg_namelen = 0;
    else if (message->msg_name != NULL)
        sw_address_write(&kept.destination, socket->record->family, message->msg_name, &message->msg_namelen);
    /* ip_recv_error() and ipv6_recv_error() */
    if (sw_options_may_stamp(socket->record))
        sw_control_stamp(socket, message, room);
    add_error(socket, message, room, &kept);
    return done;
}
