#include "capture/segments.h"

#include <string.h>
#include <sys/socket.h>

typedef void visitor(const struct sw_packet *packet, size_t original_length, uint64_t time);

static struct sw_address address_of(const struct sw_event *event, const uint8_t bytes[16], uint16_t port) {
    struct sw_address address = {.port = port, .family = event->family == 4 ? AF_INET : AF_INET6};
    memcpy(address.bytes, bytes, sizeof address.bytes);
    return address;
}

unsigned sw_segment_size(unsigned mtu, bool ipv4) {
    return mtu - (ipv4 ? 40u : 60u);
}

static uint8_t *data_of(const struct sw_event *event) {
    return (uint8_t *)(event + 1);
}

/* Each packet says by itself how long it is. */
static void visit_packets(const struct sw_event *event, visitor *visit) {
    uint8_t *data = data_of(event);
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
    struct sw_address source = address_of(event, event->source, event->source_port);
    struct sw_address destination = address_of(event, event->destination, event->destination_port);
    uint32_t most = sw_segment_size(event->mtu, event->family == 4), done = 0, at = 0;
    while (done < event->length) {
        uint32_t length = event->length - done < most ? event->length - done : most;
        uint32_t stored = event->limit != 0 && event->limit < length ? event->limit : length;
        if (stored > event->stored - at)
            return;
        struct iovec part = {data_of(event) + at, stored};
        struct sw_packet packet;
        uint8_t flags = done + length == event->length ? event->flags : event->flags & (uint8_t)~SW_TCP_PSH;
        sw_packet_tcp(&packet, &source, &destination, flags, event->sequence + done, event->acknowledgement, &part, 1);
        if (stored < length)
            sw_packet_extend(&packet, length - stored);
        visit(&packet, packet.header_length + length, event->time);
        done += length;
        at += stored;
    }
}

static void visit_datagram(const struct sw_event *event, visitor *visit) {
    struct sw_address source = address_of(event, event->source, event->source_port);
    struct sw_address destination = address_of(event, event->destination, event->destination_port);
    struct iovec part = {data_of(event), event->stored};
    struct sw_packet packet;
    sw_packet_udp(&packet, &source, &destination, &part, 1);
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
    case SW_EVENT_DATAGRAM:
        visit_datagram(event, visit);
        break;
    default:
        break;
    }
}
