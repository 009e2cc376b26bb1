/* ip.h: an IP address as the names modules hand it around, and what can be told from its bits alone. */
#ifndef SW_NAMES_IP_H
#define SW_NAMES_IP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

enum { SW_IPV4_SIZE = 4, SW_IPV6_SIZE = 16 };

/* IPv4 is in the first four bytes, the others are 0. */
struct sw_ip {
    sa_family_t family;
    uint8_t bytes[SW_IPV6_SIZE];
    uint32_t scope;
};

struct sw_ip sw_ipv4(uint8_t a, uint8_t b, uint8_t c, uint8_t d);
struct sw_ip sw_ip_of_bytes(int family, const void *bytes);

/* How many bytes an address of this family has; 0 for a family that is not IP. */
unsigned sw_ip_size(int family);

/* Scope IDs are not compared: a name stands for an address on every link. */
bool sw_ip_equal(const struct sw_ip *one, const struct sw_ip *other);

bool sw_ip_is_zero(const struct sw_ip *ip);
bool sw_ip_is_loopback(const struct sw_ip *ip);
bool sw_ip_is_v4_mapped(const struct sw_ip *ip);

/* fe80::/10 and ff02::/16, the addresses whose scope ID is the name of an interface. */
bool sw_ip_is_link_local(const struct sw_ip *ip);

/* ::ffff:1.2.3.4 of 1.2.3.4; an IPv6 address stays what it is. */
struct sw_ip sw_ip_mapped(const struct sw_ip *ip);

/* 1.2.3.4 of ::ffff:1.2.3.4; every other address stays what it is. */
struct sw_ip sw_ip_unmapped(const struct sw_ip *ip);

#endif
