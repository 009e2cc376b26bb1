#include "names/if_inet6.h"

#include "names/interfaces.h"

#include <linux/if_addr.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

bool sw_is_if_inet6(const char *path) {
    static const char DIRECTORY[] = "/proc/";
    if (path == NULL || strncmp(path, DIRECTORY, sizeof DIRECTORY - 1) != 0)
        return false;
    path += sizeof DIRECTORY - 1;
    return strcmp(path, "net/if_inet6") == 0 || strcmp(path, "self/net/if_inet6") == 0;
}

/* As if6_seq_show() of the kernel: address, index, prefix, scope and flags, and the name. */
size_t sw_if_inet6(const struct sw_place *place, char text[static SW_IF_INET6_SIZE]) {
    enum { SCOPE_GLOBAL = 0x00, SCOPE_HOST = 0x10, HEX_SIZE = 2 * 16 + 1 };
    struct sw_interface interfaces[SW_INTERFACE_COUNT];
    size_t used = 0;
    sw_interfaces(place, interfaces);
    for (unsigned i = 0; i < SW_INTERFACE_COUNT; i++) {
        const struct sw_interface *interface = &interfaces[i];
        if (interface->ipv6.ip.family != AF_INET6)
            continue;
        char address[HEX_SIZE];
        for (unsigned byte = 0; byte < 16; byte++)
            snprintf(address + 2 * byte, 3, "%02x", interface->ipv6.ip.bytes[byte]);
        used += (size_t)snprintf(text + used, SW_IF_INET6_SIZE - used, "%s %02x %02x %02x %02x %8s\n", address, interface->index,
                                 interface->ipv6.prefix, (interface->flags & IFF_LOOPBACK) != 0 ? SCOPE_HOST : SCOPE_GLOBAL, IFA_F_PERMANENT,
                                 interface->name);
    }
    return used;
}
