/* packet.h: the bytes of IP packets as they would be on a wire: valid lengths and checksums. */
#ifndef SW_CAPTURE_PACKET_H
#define SW_CAPTURE_PACKET_H

#include "state/layout.h"

#include <stdbool.h>
#include <sys/uio.h>

enum sw_tcp_flag { SW_TCP_FIN = 1, SW_TCP_SYN = 2, SW_TCP_RST = 4, SW_TCP_PSH = 8, SW_TCP_ACK = 16 };

/* IPv6 and TCP with the options of a SYN. */
enum { SW_PACKET_HEADER_MAX = 40 + 40, SW_PACKET_QUOTE_MAX = 64 };

struct sw_packet {
    uint8_t header[SW_PACKET_HEADER_MAX + SW_PACKET_QUOTE_MAX];
    unsigned header_length;
    const struct iovec *payload;
    unsigned payload_parts;
    size_t payload_length;
};

/* Whether the packets between these two are IPv4: mapped addresses are. */
bool sw_packet_is_ipv4(const struct sw_address *source, const struct sw_address *destination);

void sw_packet_tcp(struct sw_packet *packet, const struct sw_address *source, const struct sw_address *destination, uint8_t flags,
                   uint32_t sequence, uint32_t acknowledgement, const struct iovec *payload, unsigned parts);

/* Makes a TCP segment the one at `sequence` of the same stream, with as much data from elsewhere. */
void sw_packet_tcp_go_on(struct sw_packet *packet, uint8_t flags, uint32_t sequence, const struct iovec *payload);

void sw_packet_udp(struct sw_packet *packet, const struct sw_address *source, const struct sw_address *destination, const struct iovec *payload,
                   unsigned parts);

/* What an IP header says of the way: a packet has a hop limit of 64 and no class otherwise. */
struct sw_packet_marks {
    uint8_t hop_limit;
    uint8_t traffic_class;
};
void sw_packet_mark(struct sw_packet *packet, struct sw_packet_marks marks);

/* Makes the lengths in the headers those of a packet with `more` bytes of data that are not kept. */
void sw_packet_extend(struct sw_packet *packet, size_t more);

/* What cannot be reached: a network that nothing leads to, a host that is not there, a port that is closed. */
enum sw_unreachable { SW_NETWORK_UNREACHABLE, SW_HOST_UNREACHABLE, SW_PORT_UNREACHABLE };

/* Destination unreachable (RFC 792, RFC 4443 §3.1), from `source` to `destination`, quoting `about`. */
void sw_packet_unreachable(struct sw_packet *packet, const struct sw_address *source, const struct sw_address *destination,
                           enum sw_unreachable what, const struct sw_packet *about);

#endif
