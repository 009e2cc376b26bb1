/* interfaces.h: the network interfaces that a host has: `lo` and `eth0`, whatever the machine has.
 *
 * `lo` is 127.0.0.1/8 and ::1/128. `eth0` is the host's addresses on the network. Where 127.0.0.0 is the network itself, `lo`
 * has no IPv4 address: 127.0.0.1 is host 1's, and an address is never listed twice. */
#ifndef SW_NAMES_INTERFACES_H
#define SW_NAMES_INTERFACES_H

#include "names/place.h"

#include <stdbool.h>
#include <stdint.h>

/* The indices of the interfaces, as netdevice(7) counts them. */
enum { SW_LO = 1, SW_ETH0 = 2, SW_INTERFACE_COUNT = 2 };

enum { SW_HARDWARE_ADDRESS_SIZE = 6 };

/* One address of an interface; family 0 when it has none. */
struct sw_interface_address {
    struct sw_ip ip;
    unsigned prefix;
};

struct sw_interface {
    const char *name;
    unsigned index;
    unsigned flags; /* IFF_… as in netlink; SIOCGIFFLAGS takes the lower 16 bits */
    unsigned mtu;
    unsigned short hardware_type; /* ARPHRD_… */
    uint8_t hardware_address[SW_HARDWARE_ADDRESS_SIZE];
    uint8_t hardware_broadcast[SW_HARDWARE_ADDRESS_SIZE];
    struct sw_interface_address ipv4;
    struct sw_ip ipv4_broadcast; /* family 0 when there is none */
    struct sw_interface_address ipv6;
};

void sw_interfaces(const struct sw_place *place, struct sw_interface interfaces[static SW_INTERFACE_COUNT]);

/* 0 for a name that no interface has; NULL for an index. */
unsigned sw_interface_index(const char *name);
const char *sw_interface_name(unsigned index);

struct sw_ip sw_netmask(int family, unsigned prefix);

/* ioctl(2) of netdevice(7) on a redirected socket. `handled` is false when the request is not about interfaces, or the library is
 * off. The result is 0 or a negative errno. */
int sw_interfaces_ioctl(unsigned long request, void *argument, bool *handled);

/* Whether only sockets of AF_INET answer: inet_ioctl() and not inet6_ioctl(). */
bool sw_interfaces_is_of_ipv4(unsigned long request);

/* Whether the request is one of those questions that sockets of all families answer: netdevice(7)'s, but for addresses of IPv4. */
bool sw_interfaces_is_asked_anywhere(unsigned long request);

#endif
