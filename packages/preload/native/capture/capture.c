#include "capture/capture.h"

#include "base/real.h"
#include "capture/counters.h"
#include "capture/entry.h"
#include "capture/packet.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

/* Bytes that a reader takes between two acknowledgements of its own. */
enum { ACKNOWLEDGED = 1 << 20 };

/* Records whole packets as one event. */
static void append(const struct sw_socket *socket, const struct sw_packet *packets, unsigned count) {
    static const struct sw_address NOWHERE = {.family = AF_INET};
    uint32_t size = 0;
    for (unsigned i = 0; i < count; i++)
        size += (uint32_t)(packets[i].header_length + packets[i].payload_length);
    struct sw_entry entry = sw_entry_begin(socket, SW_EVENT_PACKETS, (struct sw_ends){&NOWHERE, &NOWHERE}, size);
    if (entry.ticket.event == NULL)
        return;
    uint8_t *end = sw_event_data(entry.ticket.event);
    for (unsigned i = 0; i < count; i++) {
        memcpy(end, packets[i].header, packets[i].header_length);
        end += packets[i].header_length;
        for (unsigned k = 0; k < packets[i].payload_parts; k++)
            end = (uint8_t *)memcpy(end, packets[i].payload[k].iov_base, packets[i].payload[k].iov_len) + packets[i].payload[k].iov_len;
    }
    entry.ticket.event->stored = entry.ticket.event->length = size;
    sw_entry_end_empty(&entry);
}

/* Records a segment without data. */
static void append_segment(const struct sw_socket *socket, struct sw_ends ends, uint8_t flags, uint32_t sequence, uint32_t acknowledgement) {
    struct sw_entry entry = sw_entry_begin(socket, SW_EVENT_SEGMENTS, ends, 0);
    if (entry.ticket.event == NULL)
        return;
    entry.ticket.event->flags = flags;
    entry.ticket.event->sequence = sequence;
    entry.ticket.event->acknowledgement = acknowledgement;
    sw_entry_end_empty(&entry);
}

static struct sw_ends outwards(const struct sw_socket *socket) {
    return (struct sw_ends){&socket->record->local, &socket->record->peer};
}

static struct sw_ends inwards(const struct sw_socket *socket) {
    return (struct sw_ends){&socket->record->peer, &socket->record->local};
}

void sw_capture_connected(const struct sw_socket *socket) {
    if (!sw_capture_is_on(socket->network))
        return;
    struct sw_entry entry = sw_entry_begin(socket, SW_EVENT_HANDSHAKE, outwards(socket), 0);
    sw_entry_end_empty(&entry);
}

void sw_capture_refused(const struct sw_socket *socket, int error) {
    if (!sw_capture_is_on(socket->network))
        return;
    const struct sw_record *record = socket->record;
    struct sw_packet packets[2];
    sw_packet_tcp(&packets[0], &record->local, &record->peer, SW_TCP_SYN, 0, 0, NULL, 0);
    if (error == ECONNREFUSED)
        sw_packet_tcp(&packets[1], &record->peer, &record->local, SW_TCP_RST | SW_TCP_ACK, 0, 1, NULL, 0);
    else
        sw_packet_unreachable(&packets[1], &record->local, &record->local,
                              error == ENETUNREACH ? SW_NETWORK_UNREACHABLE : SW_HOST_UNREACHABLE, &packets[0]);
    append(socket, packets, 2);
}

void sw_capture_blocked(const struct sw_socket *socket, const struct sw_address *destination) {
    if (!sw_capture_is_on(socket->network))
        return;
    struct sw_site own = {.scope = SW_SCOPE_HOST, .wire_family = destination->family == AF_INET || sw_address_is_mapped(destination) ? 4 : 6,
                          .interface = socket->record->interface};
    struct sw_address source = sw_address_of_site(socket->network, &own, socket->record->name_port, socket->record->family);
    struct sw_packet packets[2];
    if (socket->record->type == SOCK_STREAM)
        sw_packet_tcp(&packets[0], &source, destination, SW_TCP_SYN, 0, 0, NULL, 0);
    else
        sw_packet_udp(&packets[0], &source, destination, NULL, 0);
    sw_packet_unreachable(&packets[1], &source, &source, SW_NETWORK_UNREACHABLE, &packets[0]);
    append(socket, packets, 2);
}

void sw_capture_received(const struct sw_socket *socket, size_t size) {
    struct sw_record *record = socket->record;
    uint64_t before = atomic_fetch_add_explicit(&record->received, size, memory_order_relaxed);
    if (before / ACKNOWLEDGED != (before + size) / ACKNOWLEDGED)
        append_segment(socket, outwards(socket), SW_TCP_ACK, sw_next_sequence(record), sw_next_expected(record));
}

/* What has arrived at a socket is acknowledged, be it read or not. */
static uint32_t arrived(const struct sw_record *record, int unread) {
    return sw_next_expected(record) + (uint32_t)unread;
}

void sw_capture_end(const struct sw_socket *socket, int unread) {
    struct sw_record *record = socket->record;
    struct sw_record *peer = sw_record_peer(socket->network, record);
    uint32_t sequence = sw_next_sequence(record), acknowledgement = arrived(record, unread);
    if (!sw_record_claim(record, SW_FIN_SENT))
        return;
    if (peer != NULL)
        sw_record_set(peer, SW_FIN_RECEIVED);
    append_segment(socket, outwards(socket), SW_TCP_FIN | SW_TCP_ACK, sequence, acknowledgement);
}

void sw_capture_reset(const struct sw_socket *socket, int unread) {
    struct sw_record *record = socket->record;
    struct sw_record *peer = sw_record_peer(socket->network, record);
    uint32_t sequence = sw_next_sequence(record), acknowledgement = arrived(record, unread);
    /* A FIN of its own does not keep a side from resetting what the peer has not ended. */
    bool ends_own = sw_record_claim(record, SW_FIN_SENT), ends_peers = sw_record_claim(record, SW_FIN_RECEIVED);
    if (!ends_own && !ends_peers)
        return;
    /* Nobody answers a reset. */
    if (peer != NULL)
        sw_record_set(peer, SW_FIN_RECEIVED | SW_FIN_SENT);
    append_segment(socket, outwards(socket), SW_TCP_RST | SW_TCP_ACK, sequence, acknowledgement);
}

/* The FIN of a peer that did not record it itself; `unread` bytes of its stream are still to be read. */
static void end_of_stream(const struct sw_socket *socket, uint32_t unread) {
    struct sw_record *record = socket->record;
    if (!sw_capture_is_on(socket->network) || !sw_record_claim(record, SW_FIN_RECEIVED))
        return;
    struct sw_record *peer = sw_record_peer(socket->network, socket->record);
    uint32_t sequence = (uint32_t)atomic_load(&record->received) + unread + 1;
    if (peer != NULL && !sw_record_claim(peer, SW_FIN_SENT))
        return;
    append_segment(socket, inwards(socket), SW_TCP_FIN | SW_TCP_ACK, sequence, sw_next_sequence(record));
}

void sw_capture_end_of_stream(const struct sw_socket *socket) {
    end_of_stream(socket, 0);
}

void sw_capture_answered_by_reset(const struct sw_socket *socket, const struct msghdr *message, size_t length) {
    struct sw_record *record = socket->record;
    int unread = 0;
    if (!sw_capture_is_on(socket->network))
        return;
    if (sw_real.ioctl(socket->fd, FIONREAD, &unread) == 0)
        end_of_stream(socket, (uint32_t)unread);
    sw_capture_late(socket, message, length);
    uint32_t sequence = arrived(record, unread);
    /* Nobody answers a reset. */
    sw_record_set(record, SW_FIN_SENT | SW_FIN_RECEIVED);
    append_segment(socket, inwards(socket), SW_TCP_RST, sequence, 0);
}

void sw_capture_unreachable(const struct sw_socket *socket, const struct sw_address *source, const struct sw_address *destination,
                            const struct msghdr *message) {
    if (!sw_capture_is_on(socket->network))
        return;
    struct sw_packet about, answer;
    sw_packet_udp(&about, source, destination, message->msg_iov, (unsigned)message->msg_iovlen);
    sw_packet_unreachable(&answer, destination, source, SW_PORT_UNREACHABLE, &about);
    append(socket, &answer, 1);
}

void sw_capture_finish(void) {
    for (unsigned index = 0; index < sw_network_count(); index++) {
        struct sw_network *network = sw_network_at(index);
        if (network != NULL && sw_capture_is_on(network))
            sw_recorder_finish(network);
    }
}
