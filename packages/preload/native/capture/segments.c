#include "capture/segments.h"

#include <string.h>
#include <sys/socket.h>

typedef void visitor(const struct sw_packet *packet, size_t original_length, uint64_t time);

static struct sw_address address_of(const struct sw_event *event, const uint8_t *bytes, uint16_t port) {
    struct sw_address address = {.port = port, .family = event->family == 4 ? AF_INET : AF_INET6};
    memcpy(address.bytes, bytes, event->family == 4 ? 4 : 16);
    return address;
}

unsigned sw_segment_size(unsigned mtu, bool ipv4) {
    return mtu - (ipv4 ? 40u : 60u);
}

static struct sw_address source_of(const struct sw_event *event) {
    return address_of(event, event->addresses, event->source_port);
}

static struct sw_address destination_of(const struct sw_event *event) {
    return address_of(event, event->addresses + (event->family == 4 ? 4 : 16), event->destination_port);
}

/* Each packet says by itself how long it is. */
static void visit_packets(const struct sw_event *event, visitor *visit) {
    uint8_t *data = sw_event_data(event);
    for (uint32_t at = 0; at + 40 <= event->stored || (at + 20 <= event->stored && data[at] >> 4 == 4);) {
        uint32_t length = data[at] >> 4 == 4 ? (uint32_t)(data[at + 2] << 8 | data[at + 3]) : 40u + (uint32_t)(data[at + 4] << 8 | data[at + 5]);
        if (length < 20 || length > event->stored - at)
            return;
        struct iovec part = {data + at, length};
        struct sw_packet packet = {.payload = &part, .payload_parts = 1, .payload_length = length};
        visit(&packet, length, event->time);
        at += length;
    }
}

static void visit_segments(const struct sw_event *event, visitor *visit) {
    struct sw_address source = source_of(event);
    struct sw_address destination = destination_of(event);
    /* Another process may have damaged the ring. */
    if (event->mtu <= 60)
        return;
    uint32_t most = sw_segment_size(event->mtu, event->family == 4), done = 0, at = 0;
    struct sw_packet packet = {0};
    do {
        uint32_t length = event->length - done < most ? event->length - done : most;
        uint32_t stored = event->limit != 0 && event->limit < length ? event->limit : length;
        if (stored > event->stored - at)
            return;
        struct iovec part = {sw_event_data(event) + at, stored};
        uint8_t flags = done + length == event->length ? event->flags : event->flags & (uint8_t)~SW_TCP_PSH;
        if (done > 0 && event->limit == 0 && length == packet.payload_length)
            sw_packet_tcp_go_on(&packet, flags, event->sequence + done, &part);
        else
            sw_packet_tcp(&packet, &source, &destination, flags, event->sequence + done, event->acknowledgement, &part, 1);
        if (stored < length)
            sw_packet_extend(&packet, length - stored);
        visit(&packet, packet.header_length + length, event->time);
        done += length;
        at += stored;
    } while (done < event->length);
}

static void visit_handshake(const struct sw_event *event, visitor *visit) {
    struct sw_address client = source_of(event), server = destination_of(event);
    struct sw_packet packet;
    sw_packet_tcp(&packet, &client, &server, SW_TCP_SYN, 0, 0, NULL, 0);
    visit(&packet, packet.header_length, event->time);
    sw_packet_tcp(&packet, &server, &client, SW_TCP_SYN | SW_TCP_ACK, 0, 1, NULL, 0);
    visit(&packet, packet.header_length, event->time);
    sw_packet_tcp(&packet, &client, &server, SW_TCP_ACK, 1, 1, NULL, 0);
    visit(&packet, packet.header_length, event->time);
}

static void visit_datagram(const struct sw_event *event, visitor *visit) {
    struct sw_address source = source_of(event);
    struct sw_address destination = destination_of(event);
    struct iovec part = {sw_event_data(event), event->stored};
    struct sw_packet packet;
    sw_packet_udp(&packet, &source, &destination, &part, 1);
    sw_packet_mark(&packet, (struct sw_packet_marks){(uint8_t)event->sequence, event->flags});
    if (event->stored < event->length)
        sw_packet_extend(&packet, event->length - event->stored);
    visit(&packet, packet.header_length + event->length, event->time);
}

void sw_segments_of(const struct sw_event *event, visitor *visit) {
    switch (event->kind) {
    case SW_EVENT_PACKETS:
        visit_packets(event, visit);
        break;
    case SW_EVENT_SEGMENTS:
        visit_segments(event, visit);
        break;
    case SW_EVENT_HANDSHAKE:
        visit_handshake(event, visit);
        break;
    case SW_EVENT_DATAGRAM:
        visit_datagram(event, visit);
        break;
    default:
        break;
    }
}
