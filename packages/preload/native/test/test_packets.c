/* test_packets.c: lengths and checksums of packets are those of RFC 791, 8200, 9293 and 768. */
#include "capture/packet.h"
#include "check.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <sys/socket.h>

static struct sw_address address_of(const char *ip, uint16_t port) {
    struct sw_address address = {.port = port, .family = strchr(ip, ':') == NULL ? AF_INET : AF_INET6};
    inet_pton(address.family, ip, address.bytes);
    return address;
}

static uint32_t sum_of(const uint8_t *bytes, size_t size, uint32_t sum) {
    for (size_t i = 0; i < size; i++)
        sum += i % 2 == 0 ? (uint32_t)bytes[i] << 8 : bytes[i];
    return sum;
}

static uint16_t folded(uint32_t sum) {
    while (sum > 0xffff)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)sum;
}

/* The packet in one piece. */
static size_t flatten(const struct sw_packet *packet, uint8_t *bytes) {
    size_t size = packet->header_length;
    size_t left = packet->payload_length;
    memcpy(bytes, packet->header, size);
    for (unsigned i = 0; i < packet->payload_parts && left > 0; i++) {
        size_t part = packet->payload[i].iov_len < left ? packet->payload[i].iov_len : left;
        memcpy(bytes + size, packet->payload[i].iov_base, part);
        size += part;
        left -= part;
    }
    return size;
}

static void check_packet(const struct sw_packet *packet, int protocol) {
    static uint8_t bytes[70000];
    size_t size = flatten(packet, bytes);
    bool four = bytes[0] >> 4 == 4;
    size_t ip_size = four ? 20 : 40;
    CHECK_INT(bytes[0] >> 4, four ? 4 : 6);
    CHECK_INT(four ? bytes[9] : bytes[6], protocol);
    if (four) {
        CHECK_INT(bytes[0] & 15, 5);
        CHECK_INT(bytes[2] << 8 | bytes[3], size);
        CHECK_INT(folded(sum_of(bytes, ip_size, 0)), 0xffff);
    } else {
        CHECK_INT(bytes[4] << 8 | bytes[5], size - ip_size);
    }
    /* The sum over the pseudo header and the segment, checksum included, is all ones. */
    uint32_t pseudo = sum_of(four ? bytes + 12 : bytes + 8, four ? 8 : 32, (uint32_t)(size - ip_size + (size_t)protocol));
    if (protocol == 1)
        pseudo = 0;
    CHECK_INT(folded(sum_of(bytes + ip_size, size - ip_size, pseudo)), 0xffff);
    if (protocol == IPPROTO_UDP)
        CHECK_INT(bytes[ip_size + 4] << 8 | bytes[ip_size + 5], size - ip_size);
}

static const struct {
    const char *source;
    const char *destination;
} roads[] = {{"10.53.57.11", "10.53.57.12"}, {"fd00::5357:5f0b", "fd00::5357:5f0c"}, {"::ffff:127.0.0.1", "127.0.0.2"}};

enum { ROADS = sizeof roads / sizeof roads[0] };

static void tcp_segments_have_valid_lengths_and_checksums(void) {
    static char text[3001];
    memset(text, 0xA5, sizeof text);
    for (unsigned r = 0; r < ROADS; r++)
        for (size_t size = 0; size <= sizeof text; size += 1000) {
            struct sw_address source = address_of(roads[r].source, 40000);
            struct sw_address destination = address_of(roads[r].destination, 80);
            /* Parts of odd lengths: a checksum goes on in the middle of a word. */
            struct iovec parts[2] = {{text, size / 3}, {text + size / 3, size - size / 3}};
            struct sw_packet packet;
            sw_packet_tcp(&packet, &source, &destination, SW_TCP_PSH | SW_TCP_ACK, 0xfffffff0u, 77, parts, 2);
            check_packet(&packet, IPPROTO_TCP);
            sw_packet_tcp(&packet, &source, &destination, SW_TCP_SYN, 1, 0, NULL, 0);
            check_packet(&packet, IPPROTO_TCP);
        }
}

static void datagrams_have_valid_lengths_and_checksums(void) {
    static char text[65507];
    for (unsigned r = 0; r < ROADS; r++)
        for (size_t size = 0; size <= sizeof text; size += size < 3 ? 1 : 16376) {
            struct sw_address source = address_of(roads[r].source, 53);
            struct sw_address destination = address_of(roads[r].destination, 5353);
            struct iovec part = {text, size};
            struct sw_packet packet;
            sw_packet_udp(&packet, &source, &destination, &part, 1);
            check_packet(&packet, IPPROTO_UDP);
            sw_packet_mark(&packet, (struct sw_packet_marks){.hop_limit = 3, .traffic_class = 0xb8});
            check_packet(&packet, IPPROTO_UDP);
            bool ipv4 = packet.header[0] >> 4 == 4;
            CHECK_INT(packet.header[ipv4 ? 8 : 7], 3);
            CHECK_INT(ipv4 ? packet.header[1] : (packet.header[0] & 15) << 4 | packet.header[1] >> 4, 0xb8);
        }
}

static void unreachable_messages_quote_what_they_are_about(void) {
    for (unsigned r = 0; r < ROADS; r++) {
        struct sw_address source = address_of(roads[r].source, 53);
        struct sw_address destination = address_of(roads[r].destination, 5353);
        struct iovec part = {"question", 8};
        struct sw_packet about;
        struct sw_packet packet;
        sw_packet_udp(&about, &source, &destination, &part, 1);
        sw_packet_unreachable(&packet, &destination, &source, SW_PORT_UNREACHABLE, &about);
        check_packet(&packet, sw_packet_is_ipv4(&source, &destination) ? IPPROTO_ICMP : IPPROTO_ICMPV6);
    }
}

int main(void) {
    RUN(tcp_segments_have_valid_lengths_and_checksums);
    RUN(datagrams_have_valid_lengths_and_checksums);
    RUN(unreachable_messages_quote_what_they_are_about);
    return check_result();
}
