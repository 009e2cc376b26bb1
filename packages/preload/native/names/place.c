#include "names/place.h"

#include <string.h>

static const uint8_t IPV6_PREFIX[15] = {0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x53, 0x57, 0x5f};

bool sw_place_now(struct sw_place *place) {
    place->directory = sw_config_directory();
    if (place->directory == NULL)
        return false;
    if (sw_config_ipv4_network(&place->network) < 0)
        place->network = SW_NETWORK_127;
    place->interface = sw_config_interface();
    return true;
}

struct sw_ip sw_place_address(const struct sw_place *place, int family, int interface) {
    if (family == AF_INET)
        return place->network == SW_NETWORK_127 ? sw_ipv4(127, 0, 0, (uint8_t)interface)
                                                : sw_ipv4(10, 53, 57, (uint8_t)interface);
    struct sw_ip ip = {.family = AF_INET6};
    memcpy(ip.bytes, IPV6_PREFIX, sizeof IPV6_PREFIX);
    ip.bytes[sizeof IPV6_PREFIX] = (uint8_t)interface;
    return ip;
}

int sw_place_interface_of(const struct sw_place *place, const struct sw_ip *ip) {
    struct sw_ip plain = sw_ip_unmapped(ip);
    int interface = plain.bytes[sw_ip_size(plain.family) - 1];
    if (interface < SW_INTERFACE_MIN || interface > SW_INTERFACE_MAX)
        return 0;
    struct sw_ip there = sw_place_address(place, plain.family, interface);
    return sw_ip_equal(&plain, &there) ? interface : 0;
}

struct sw_ip sw_place_localhost(const struct sw_place *place, int family) {
    if (family == AF_INET6)
        return (struct sw_ip){.family = AF_INET6, .bytes = {[15] = 1}};
    bool host_address = place->network == SW_NETWORK_127 && place->interface != 0;
    return sw_ipv4(127, 0, 0, host_address ? (uint8_t)place->interface : 1);
}

bool sw_place_source_for(const struct sw_place *place, const struct sw_ip *destination, struct sw_ip *source) {
    struct sw_ip plain = sw_ip_unmapped(destination);
    if (place->interface != 0 && sw_place_interface_of(place, &plain) != 0)
        *source = sw_place_address(place, plain.family, place->interface);
    else if (sw_ip_is_zero(&plain) || (sw_ip_is_loopback(&plain) &&
                                       (plain.family == AF_INET6 || place->network != SW_NETWORK_127)))
        *source = sw_place_localhost(place, plain.family);
    else
        return false;
    if (destination->family == AF_INET6)
        *source = sw_ip_mapped(source);
    return true;
}
