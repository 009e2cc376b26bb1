#include "names/ip.h"

#include <string.h>

static const uint8_t MAPPED_PREFIX[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

struct sw_ip sw_ipv4(uint8_t a, uint8_t b, uint8_t c, uint8_t d) {
    return (struct sw_ip){.family = AF_INET, .bytes = {a, b, c, d}};
}

struct sw_ip sw_ip_of_bytes(int family, const void *bytes) {
    struct sw_ip ip = {.family = (sa_family_t)family};
    memcpy(ip.bytes, bytes, sw_ip_size(family));
    return ip;
}

unsigned sw_ip_size(int family) {
    return family == AF_INET ? SW_IPV4_SIZE : family == AF_INET6 ? SW_IPV6_SIZE : 0;
}

bool sw_ip_equal(const struct sw_ip *one, const struct sw_ip *other) {
    return one->family == other->family && memcmp(one->bytes, other->bytes, sw_ip_size(one->family)) == 0;
}

bool sw_ip_is_zero(const struct sw_ip *ip) {
    static const uint8_t ZERO[SW_IPV6_SIZE];
    return memcmp(ip->bytes, ZERO, sw_ip_size(ip->family)) == 0;
}

bool sw_ip_is_loopback(const struct sw_ip *ip) {
    static const uint8_t IPV6_LOOPBACK[SW_IPV6_SIZE] = {[15] = 1};
    if (ip->family == AF_INET)
        return ip->bytes[0] == 127;
    return memcmp(ip->bytes, IPV6_LOOPBACK, SW_IPV6_SIZE) == 0;
}

bool sw_ip_is_v4_mapped(const struct sw_ip *ip) {
    return ip->family == AF_INET6 && memcmp(ip->bytes, MAPPED_PREFIX, sizeof MAPPED_PREFIX) == 0;
}

bool sw_ip_is_link_local(const struct sw_ip *ip) {
    if (ip->family != AF_INET6)
        return false;
    bool unicast = ip->bytes[0] == 0xfe && (ip->bytes[1] & 0xc0) == 0x80;
    bool multicast = ip->bytes[0] == 0xff && (ip->bytes[1] & 0x0f) == 0x02;
    return unicast || multicast;
}

struct sw_ip sw_ip_mapped(const struct sw_ip *ip) {
    if (ip->family != AF_INET)
        return *ip;
    struct sw_ip mapped = {.family = AF_INET6};
    memcpy(mapped.bytes, MAPPED_PREFIX, sizeof MAPPED_PREFIX);
    memcpy(mapped.bytes + sizeof MAPPED_PREFIX, ip->bytes, SW_IPV4_SIZE);
    return mapped;
}

struct sw_ip sw_ip_unmapped(const struct sw_ip *ip) {
    if (!sw_ip_is_v4_mapped(ip))
        return *ip;
    return sw_ip_of_bytes(AF_INET, ip->bytes + sizeof MAPPED_PREFIX);
}
