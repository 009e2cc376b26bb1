#include "listing/proc_groups.h"

#include "names/interfaces.h"
#include "sockets/groups.h"
#include "state/records.h"

#include <string.h>

enum { MOST = 256 };

/* A group that sockets of the host have joined on one interface. */
struct joined {
    uint8_t group[16];
    unsigned index, users;
};

struct list {
    struct joined joined[MOST];
    unsigned count;
};

static void note(struct list *list, const uint8_t group[16], unsigned index) {
    for (unsigned i = 0; i < list->count; i++)
        if (list->joined[i].index == index && memcmp(list->joined[i].group, group, sizeof list->joined[i].group) == 0) {
            list->joined[i].users++;
            return;
        }
    if (list->count == MOST)
        return;
    struct joined *joined = &list->joined[list->count++];
    *joined = (struct joined){.index = index, .users = 1};
    memcpy(joined->group, group, sizeof joined->group);
}

/* Those of `family` that this host has joined, in the order of the table. */
static void read_list(const struct sw_place *place, int family, struct list *list) {
    struct sw_network *network;
    struct sw_membership membership;
    list->count = 0;
    if (sw_network_current(&network) != 0 || network == NULL)
        return;
    for (unsigned position = 0; sw_groups_next(network, &position, &membership);)
        if (membership.group.family == family && membership.member->interface == place->interface)
            note(list, membership.group.bytes, membership.interface_index != 0 ? membership.interface_index : SW_ETH0);
}

/* The interfaces of this host, and what is joined on them. */
struct view {
    struct sw_interface interfaces[SW_INTERFACE_COUNT];
    struct list list;
};

static bool look(int family, struct view *view) {
    struct sw_place place;
    if (!sw_place_now(&place))
        return false;
    sw_interfaces(&place, view->interfaces);
    read_list(&place, family, &view->list);
    return true;
}

static unsigned count_on(const struct list *list, unsigned index) {
    unsigned count = 0;
    for (unsigned i = 0; i < list->count; i++)
        count += list->joined[i].index == index;
    return count;
}

void sw_proc_igmp(struct sw_growing *text) {
    static const uint8_t ALL_HOSTS[] = {224, 0, 0, 1};
    struct view view;
    if (!look(AF_INET, &view))
        return;
    sw_growing_print(text, "Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n");
    for (unsigned i = 0; i < SW_INTERFACE_COUNT; i++) {
        const struct sw_interface *interface = &view.interfaces[i];
        uint32_t group;
        sw_growing_print(text, "%u\t%-10s: %5u %7s\n", interface->index, interface->name, count_on(&view.list, interface->index) + 1, "V3");
        /* The last one joined comes first. */
        for (unsigned k = view.list.count; k > 0; k--) {
            const struct joined *joined = &view.list.joined[k - 1];
            if (joined->index != interface->index)
                continue;
            memcpy(&group, joined->group, sizeof group);
            sw_growing_print(text, "\t\t\t\t%08X %5u %d:%08lX\t\t%d\n", group, joined->users, 0, 0ul, 0);
        }
        memcpy(&group, ALL_HOSTS, sizeof group);
        sw_growing_print(text, "\t\t\t\t%08X %5d %d:%08lX\t\t%d\n", group, 1, 0, 0ul, 0);
    }
}

static void print_group6(struct sw_growing *text, const struct sw_interface *interface, const uint8_t group[16], unsigned users, unsigned flags) {
    sw_growing_print(text, "%-4u %-15s ", interface->index, interface->name);
    for (unsigned i = 0; i < SW_IPV6_SIZE; i++)
        sw_growing_print(text, "%02x", group[i]);
    sw_growing_print(text, " %5u %08X %d\n", users, flags, 0);
}

void sw_proc_igmp6(struct sw_growing *text) {
    enum { LAST_REPORTER = 2, LOADED = 4, NO_REPORT = 8 }; /* MAF_… of linux/if_inet6.h */
    static const uint8_t ALL_NODES[] = {0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    static const uint8_t OWN_NODE[] = {0xff, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    struct view view;
    if (!look(AF_INET6, &view))
        return;
    for (unsigned i = 0; i < SW_INTERFACE_COUNT; i++) {
        const struct sw_interface *interface = &view.interfaces[i];
        for (unsigned k = view.list.count; k > 0; k--)
            if (view.list.joined[k - 1].index == interface->index)
                print_group6(text, interface, view.list.joined[k - 1].group, view.list.joined[k - 1].users, LAST_REPORTER | LOADED);
        print_group6(text, interface, ALL_NODES, 1, LOADED | NO_REPORT);
        print_group6(text, interface, OWN_NODE, 1, NO_REPORT);
    }
}

void sw_proc_dev_mcast(struct sw_growing *text) {
    struct sw_place place;
    struct sw_interface interfaces[SW_INTERFACE_COUNT];
    if (!sw_place_now(&place))
        return;
    sw_interfaces(&place, interfaces);
    const struct sw_interface *eth0 = &interfaces[1];
    sw_growing_print(text, "%-4u %-15s %-5d %-5d %s\n", eth0->index, eth0->name, 1, 0, "333300000001");
    sw_growing_print(text, "%-4u %-15s %-5d %-5d %s\n", eth0->index, eth0->name, 1, 0, "01005e000001");
}

void sw_proc_mcfilter(struct sw_growing *text) {
    sw_growing_print(text, "Idx Device        MCA        SRC    INC    EXC\n");
}

void sw_proc_mcfilter6(struct sw_growing *text) {
    sw_growing_print(text, "Idx Device                Multicast Address                   Source Address    INC    EXC\n");
}
