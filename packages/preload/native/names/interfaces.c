#include "names/interfaces.h"

#include <net/if.h>
#include <net/if_arp.h>
#include <string.h>

enum { LOWER_UP = 0x10000 };

static const char *const NAMES[] = {[SW_LO] = "lo", [SW_ETH0] = "eth0"};

static struct sw_interface loopback(const struct sw_place *place) {
    struct sw_interface lo = {
        .name = NAMES[SW_LO],
        .index = SW_LO,
        .flags = IFF_UP | IFF_LOOPBACK | IFF_RUNNING | LOWER_UP,
        .mtu = 65536,
        .hardware_type = ARPHRD_LOOPBACK,
        .ipv6 = {.ip = sw_place_localhost(place, AF_INET6), .prefix = 128},
    };
    if (place->network != SW_NETWORK_127)
        lo.ipv4 = (struct sw_interface_address){.ip = sw_place_localhost(place, AF_INET), .prefix = 8};
    return lo;
}

static struct sw_interface ethernet(const struct sw_place *place) {
    struct sw_interface eth0 = {
        .name = NAMES[SW_ETH0],
        .index = SW_ETH0,
        .flags = IFF_UP | IFF_BROADCAST | IFF_RUNNING | IFF_MULTICAST | LOWER_UP,
        .mtu = 1500,
        .hardware_type = ARPHRD_ETHER,
        /* 02 marks a locally administered address. */
        .hardware_address = {0x02, 0x53, 0x57, 0x00, 0x00, (uint8_t)place->interface},
        .hardware_broadcast = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
    };
    if (place->interface == 0)
        return eth0;
    eth0.ipv4 = (struct sw_interface_address){.ip = sw_place_address(place, AF_INET, place->interface), .prefix = 24};
    eth0.ipv6 = (struct sw_interface_address){.ip = sw_place_address(place, AF_INET6, place->interface), .prefix = 120};
    eth0.ipv4_broadcast = eth0.ipv4.ip;
    eth0.ipv4_broadcast.bytes[SW_IPV4_SIZE - 1] = 255;
    return eth0;
}

void sw_interfaces(const struct sw_place *place, struct sw_interface interfaces[static SW_INTERFACE_COUNT]) {
    interfaces[0] = loopback(place);
    interfaces[1] = ethernet(place);
}

unsigned sw_interface_index(const char *name) {
    for (unsigned index = SW_LO; index <= SW_ETH0; index++)
        if (strcmp(NAMES[index], name) == 0)
            return index;
    return 0;
}

const char *sw_interface_name(unsigned index) {
    return index == SW_LO || index == SW_ETH0 ? NAMES[index] : NULL;
}

struct sw_ip sw_netmask(int family, unsigned prefix) {
    struct sw_ip mask = {.family = (sa_family_t)family};
    for (unsigned i = 0; i < sw_ip_size(family) && prefix > 0; i++) {
        unsigned bits = prefix < 8 ? prefix : 8;
        mask.bytes[i] = (uint8_t)(0xff00 >> bits);
        prefix -= bits;
    }
    return mask;
}
