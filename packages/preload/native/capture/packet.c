#include "capture/packet.h"

#include "capture/checksum.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

enum { IPV4_HEADER = 20, IPV6_HEADER = 40, TCP_HEADER = 20, UDP_HEADER = 8, ICMP_HEADER = 8, TTL = 64, ICMPV6 = 58 };

/* MSS 65495 would not say more; window scale 7 with the full window keeps any amount in flight within it. */
static const uint8_t SYN_OPTIONS[] = {2, 4, 0xff, 0xd7, 1, 3, 3, 14};

static void put16(uint8_t *at, unsigned value) {
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value) {
    put16(at, value >> 16);
    put16(at + 2, value & 0xffff);
}

static const uint8_t *ipv4_bytes(const struct sw_address *address) {
    return address->family == AF_INET ? address->bytes : address->bytes + 12;
}

static bool is_mapped(const struct sw_address *address) {
    static const uint8_t PREFIX[12] = {[10] = 0xff, [11] = 0xff};
    return address->family == AF_INET6 && memcmp(address->bytes, PREFIX, sizeof PREFIX) == 0;
}

bool sw_packet_is_ipv4(const struct sw_address *source, const struct sw_address *destination) {
    return source->family == AF_INET || destination->family == AF_INET || is_mapped(source) || is_mapped(destination);
}

static void add_payload(struct sw_checksum *checksum, const struct sw_packet *packet) {
    for (unsigned i = 0; i < packet->payload_parts; i++)
        sw_checksum_add(checksum, packet->payload[i].iov_base, packet->payload[i].iov_len);
}

static void put_ipv4_checksum(uint8_t ip[IPV4_HEADER]) {
    struct sw_checksum checksum = {0};
    put16(ip + 10, 0);
    sw_checksum_add(&checksum, ip, IPV4_HEADER);
    put16(ip + 10, sw_checksum_of(&checksum));
}

/* Writes the IP header for `length` bytes behind it; returns its size. */
static unsigned put_ip(struct sw_packet *packet, const struct sw_address *source, const struct sw_address *destination, uint8_t protocol,
                       size_t length) {
    uint8_t *ip = packet->header;
    if (sw_packet_is_ipv4(source, destination)) {
        memset(ip, 0, IPV4_HEADER);
        ip[0] = 0x45;
        put16(ip + 2, (unsigned)(IPV4_HEADER + length));
        ip[6] = 0x40; /* don't fragment */
        ip[8] = TTL;
        ip[9] = protocol;
        memcpy(ip + 12, ipv4_bytes(source), 4);
        memcpy(ip + 16, ipv4_bytes(destination), 4);
        put_ipv4_checksum(ip);
        return IPV4_HEADER;
    }
    memset(ip, 0, IPV6_HEADER);
    ip[0] = 0x60;
    put16(ip + 4, (unsigned)length);
    ip[6] = protocol;
    ip[7] = TTL;
    memcpy(ip + 8, source->bytes, 16);
    memcpy(ip + 24, destination->bytes, 16);
    return IPV6_HEADER;
}

/* The checksum of what follows the IP header, with the pseudo-header of both addresses. */
static unsigned transport_checksum(const struct sw_packet *packet, unsigned ip_length, uint8_t protocol) {
    struct sw_checksum checksum = {0};
    size_t length = packet->header_length - ip_length + packet->payload_length;
    if (ip_length == IPV4_HEADER)
        sw_checksum_add(&checksum, packet->header + 12, 8);
    else
        sw_checksum_add(&checksum, packet->header + 8, 32);
    checksum.sum += protocol + length;
    sw_checksum_add(&checksum, packet->header + ip_length, packet->header_length - ip_length);
    add_payload(&checksum, packet);
    return sw_checksum_of(&checksum);
}

static void set_payload(struct sw_packet *packet, const struct iovec *payload, unsigned parts) {
    packet->payload = payload;
    packet->payload_parts = parts;
    packet->payload_length = 0;
    for (unsigned i = 0; i < parts; i++)
        packet->payload_length += payload[i].iov_len;
}

void sw_packet_tcp(struct sw_packet *packet, const struct sw_address *source, const struct sw_address *destination, uint8_t flags,
                   uint32_t sequence, uint32_t acknowledgement, const struct iovec *payload, unsigned parts) {
    set_payload(packet, payload, parts);
    unsigned options = (flags & SW_TCP_SYN) != 0 ? sizeof SYN_OPTIONS : 0;
    unsigned ip_length = put_ip(packet, source, destination, IPPROTO_TCP, TCP_HEADER + options + packet->payload_length);
    uint8_t *tcp = packet->header + ip_length;
    memset(tcp, 0, TCP_HEADER);
    put16(tcp, source->port);
    put16(tcp + 2, destination->port);
    put32(tcp + 4, sequence);
    put32(tcp + 8, (flags & SW_TCP_ACK) != 0 ? acknowledgement : 0);
    tcp[12] = (uint8_t)((TCP_HEADER + options) / 4 << 4);
    tcp[13] = flags;
    put16(tcp + 14, (flags & SW_TCP_RST) != 0 ? 0 : 0xffff);
    memcpy(tcp + TCP_HEADER, SYN_OPTIONS, options);
    packet->header_length = ip_length + TCP_HEADER + options;
    put16(tcp + 16, transport_checksum(packet, ip_length, IPPROTO_TCP));
}

void sw_packet_tcp_go_on(struct sw_packet *packet, uint8_t flags, uint32_t sequence, const struct iovec *payload) {
    unsigned ip_length = packet->header[0] >> 4 == 4 ? IPV4_HEADER : IPV6_HEADER;
    uint8_t *tcp = packet->header + ip_length;
    packet->payload = payload;
    put32(tcp + 4, sequence);
    tcp[13] = flags;
    put16(tcp + 16, 0);
    put16(tcp + 16, transport_checksum(packet, ip_length, IPPROTO_TCP));
}

void sw_packet_udp(struct sw_packet *packet, const struct sw_address *source, const struct sw_address *destination, const struct iovec *payload,
                   unsigned parts) {
    set_payload(packet, payload, parts);
    unsigned ip_length = put_ip(packet, source, destination, IPPROTO_UDP, UDP_HEADER + packet->payload_length);
    uint8_t *udp = packet->header + ip_length;
    put16(udp, source->port);
    put16(udp + 2, destination->port);
    put16(udp + 4, (unsigned)(UDP_HEADER + packet->payload_length));
    put16(udp + 6, 0);
    packet->header_length = ip_length + UDP_HEADER;
    unsigned checksum = transport_checksum(packet, ip_length, IPPROTO_UDP);
    put16(udp + 6, checksum == 0 ? 0xffff : checksum);
}

void sw_packet_extend(struct sw_packet *packet, size_t more) {
    uint8_t *ip = packet->header;
    bool ipv4 = ip[0] >> 4 == 4;
    uint8_t protocol = ipv4 ? ip[9] : ip[6], *length = ipv4 ? ip + 2 : ip + 4;
    put16(length, (unsigned)((length[0] << 8 | length[1]) + more));
    if (protocol == IPPROTO_UDP) {
        length = ip + (ipv4 ? IPV4_HEADER : IPV6_HEADER) + 4;
        put16(length, (unsigned)((length[0] << 8 | length[1]) + more));
    }
    if (ipv4)
        put_ipv4_checksum(ip);
}

void sw_packet_mark(struct sw_packet *packet, struct sw_packet_marks marks) {
    uint8_t *ip = packet->header;
    if (ip[0] >> 4 == 6) {
        ip[0] = (uint8_t)(0x60 | marks.traffic_class >> 4);
        ip[1] = (uint8_t)(marks.traffic_class << 4);
        ip[7] = marks.hop_limit;
        return;
    }
    ip[1] = marks.traffic_class;
    ip[8] = marks.hop_limit;
    put_ipv4_checksum(ip);
}

void sw_packet_unreachable(struct sw_packet *packet, const struct sw_address *source, const struct sw_address *destination,
                           enum sw_unreachable what, const struct sw_packet *about) {
    static const uint8_t CODES[] = {[SW_NETWORK_UNREACHABLE] = 0, [SW_HOST_UNREACHABLE] = 1, [SW_PORT_UNREACHABLE] = 3};
    static const uint8_t CODES_6[] = {[SW_NETWORK_UNREACHABLE] = 0, [SW_HOST_UNREACHABLE] = 3, [SW_PORT_UNREACHABLE] = 4};
    /* RFC 792 wants the IP header and 8 bytes more; all that fits helps more. */
    uint8_t quote[SW_PACKET_QUOTE_MAX];
    unsigned quoted = about->header_length < sizeof quote ? about->header_length : sizeof quote;
    memcpy(quote, about->header, quoted);
    for (unsigned i = 0; i < about->payload_parts; i++) {
        size_t part = sizeof quote - quoted < about->payload[i].iov_len ? sizeof quote - quoted : about->payload[i].iov_len;
        memcpy(quote + quoted, about->payload[i].iov_base, part);
        quoted += (unsigned)part;
    }

    bool ipv4 = sw_packet_is_ipv4(source, destination);
    uint8_t protocol = ipv4 ? IPPROTO_ICMP : ICMPV6;
    set_payload(packet, NULL, 0);
    unsigned ip_length = put_ip(packet, source, destination, protocol, ICMP_HEADER + quoted);
    uint8_t *icmp = packet->header + ip_length;
    memset(icmp, 0, ICMP_HEADER);
    icmp[0] = ipv4 ? 3 : 1;
    icmp[1] = ipv4 ? CODES[what] : CODES_6[what];
    memcpy(icmp + ICMP_HEADER, quote, quoted);
    packet->header_length = ip_length + ICMP_HEADER + quoted;
    struct sw_checksum checksum = {0};
    sw_checksum_add(&checksum, icmp, ICMP_HEADER + quoted);
    put16(icmp + 2, ipv4 ? sw_checksum_of(&checksum) : transport_checksum(packet, ip_length, ICMPV6));
}
