#include "names/ifaddrs.h"

#include "names/interfaces.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

union any_address {
    struct sockaddr any;
    struct sockaddr_in ipv4;
    struct sockaddr_in6 ipv6;
    struct sockaddr_ll link;
};

struct entry {
    struct ifaddrs info;
    union any_address address;
    union any_address netmask;
    union any_address other; /* broadcast or destination */
};

enum { FAMILIES = 3, ENTRIES_MAX = FAMILIES * SW_INTERFACE_COUNT };

/* What ifa_data of an AF_PACKET entry points to: struct rtnl_link_stats of <linux/if_link.h>, all zero. */
struct statistics {
    uint32_t counters[24];
};

/* All of a list. Where the first entry's name lies tells our lists from libc's. */
struct block {
    struct entry entries[ENTRIES_MAX];
    struct statistics statistics[SW_INTERFACE_COUNT];
    char names[SW_INTERFACE_COUNT][IF_NAMESIZE];
};

static void set_ip(union any_address *address, const struct sw_ip *ip) {
    if (ip->family == AF_INET) {
        address->ipv4.sin_family = AF_INET;
        memcpy(&address->ipv4.sin_addr, ip->bytes, SW_IPV4_SIZE);
    } else {
        address->ipv6.sin6_family = AF_INET6;
        memcpy(&address->ipv6.sin6_addr, ip->bytes, SW_IPV6_SIZE);
    }
}

static void set_link(union any_address *address, const struct sw_interface *interface, const uint8_t *hardware_address) {
    address->link.sll_family = AF_PACKET;
    address->link.sll_ifindex = (int)interface->index;
    address->link.sll_hatype = interface->hardware_type;
    address->link.sll_halen = SW_HARDWARE_ADDRESS_SIZE;
    memcpy(address->link.sll_addr, hardware_address, SW_HARDWARE_ADDRESS_SIZE);
}

static void fill_link(struct entry *entry, const struct sw_interface *interface, struct statistics *statistics) {
    set_link(&entry->address, interface, interface->hardware_address);
    set_link(&entry->other, interface, interface->hardware_broadcast);
    entry->info.ifa_addr = &entry->address.any;
    entry->info.ifa_broadaddr = &entry->other.any;
    entry->info.ifa_data = statistics;
}

static void fill_ip(struct entry *entry, const struct sw_interface_address *address) {
    struct sw_ip netmask = sw_netmask(address->ip.family, address->prefix);
    set_ip(&entry->address, &address->ip);
    set_ip(&entry->netmask, &netmask);
    entry->info.ifa_addr = &entry->address.any;
    entry->info.ifa_netmask = &entry->netmask.any;
}

/* The kernel gives `lo` its own address as the destination. */
static void fill_ipv4(struct entry *entry, const struct sw_interface *interface) {
    bool has_broadcast = interface->ipv4_broadcast.family != 0;
    fill_ip(entry, &interface->ipv4);
    set_ip(&entry->other, has_broadcast ? &interface->ipv4_broadcast : &interface->ipv4.ip);
    entry->info.ifa_broadaddr = &entry->other.any;
}

int sw_getifaddrs(const struct sw_place *place, struct ifaddrs **list) {
    static const int ORDER[FAMILIES] = {AF_PACKET, AF_INET, AF_INET6};
    struct block *block = calloc(1, sizeof *block);
    if (block == NULL)
        return -ENOMEM;
    struct sw_interface interfaces[SW_INTERFACE_COUNT];
    sw_interfaces(place, interfaces);

    struct entry *entry = block->entries;
    for (int i = 0; i < ENTRIES_MAX; i++) {
        int family = ORDER[i / SW_INTERFACE_COUNT];
        int which = i % SW_INTERFACE_COUNT;
        const struct sw_interface *interface = &interfaces[which];
        if (family == AF_PACKET)
            fill_link(entry, interface, &block->statistics[which]);
        else if (family == AF_INET && interface->ipv4.ip.family != 0)
            fill_ipv4(entry, interface);
        else if (family == AF_INET6 && interface->ipv6.ip.family != 0)
            fill_ip(entry, &interface->ipv6);
        else
            continue;
        entry->info.ifa_name = strcpy(block->names[which], interface->name);
        entry->info.ifa_flags = interface->flags;
        if (entry > block->entries)
            entry[-1].info.ifa_next = &entry->info;
        entry++;
    }
    *list = &block->entries[0].info;
    return 0;
}

bool sw_is_own_ifaddrs(const struct ifaddrs *list) {
    return list != NULL && list->ifa_name - (const char *)list == offsetof(struct block, names);
}

struct if_nameindex *sw_if_nameindex(void) {
    struct if_nameindex *list = calloc(SW_INTERFACE_COUNT + 1, sizeof *list);
    if (list == NULL)
        return NULL;
    for (unsigned i = 0; i < SW_INTERFACE_COUNT; i++) {
        list[i].if_index = i + 1;
        list[i].if_name = strdup(sw_interface_name(i + 1));
        if (list[i].if_name == NULL) {
            list[i].if_index = 0;
            sw_free_own_if_nameindex(list);
            return NULL;
        }
    }
    return list;
}

void sw_free_own_if_nameindex(struct if_nameindex *list) {
    for (struct if_nameindex *entry = list; entry->if_index != 0; entry++)
        free(entry->if_name);
    free(list);
}

bool sw_is_own_if_nameindex(const struct if_nameindex *list) {
    const struct if_nameindex *end = list;
    while (end->if_index != 0 || end->if_name != NULL)
        end++;
    return list->if_name != (const char *)(end + 1);
}
