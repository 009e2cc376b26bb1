/* datagram.c: what is sent over UDP. */
#include "base/parts.h"
#include "capture/capture.h"
#include "capture/segments.h"

static uint32_t length_of(const struct msghdr *message) {
    size_t length = sw_parts_length(message);
    return length < SW_DATAGRAM_MAX ? (uint32_t)length : SW_DATAGRAM_MAX;
}

struct sw_entry sw_capture_datagram_starts(const struct sw_socket *socket, const struct sw_address *source, const struct sw_address *destination,
                                           struct sw_packet_marks marks, const struct msghdr *message) {
    if (!sw_capture_is_on(socket->network))
        return (struct sw_entry){0};
    uint32_t length = length_of(message);
    struct sw_entry entry = sw_entry_begin(socket, SW_EVENT_DATAGRAM, (struct sw_ends){source, destination}, length);
    if (entry.ticket.event != NULL) {
        entry.ticket.event->sequence = marks.hop_limit;
        entry.ticket.event->flags = marks.traffic_class;
    }
    sw_entry_fill(&entry, message, length);
    return entry;
}

void sw_capture_datagram_sent(struct sw_entry *entry, const struct msghdr *message) {
    sw_entry_end(entry, message, length_of(message));
}

void sw_capture_datagram_failed(struct sw_entry *entry) {
    sw_entry_abandon(entry);
}
