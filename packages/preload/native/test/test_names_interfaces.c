/* test_names_interfaces.c: the two interfaces that a host has, however a program asks. */
#include "check.h"
#include "names/interfaces.h"
#include "names_network.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netpacket/packet.h>
#include <sys/ioctl.h>

static const char *text_of(const struct sockaddr *address) {
    static char text[3][80];
    static int turn;
    char *out = text[turn++ % 3];
    if (address == NULL)
        return "none";
    if (address->sa_family == AF_PACKET) {
        const struct sockaddr_ll *link = (const struct sockaddr_ll *)address;
        snprintf(out, sizeof *text, "link %d %02x:%02x", link->sll_ifindex, link->sll_addr[0], link->sll_addr[5]);
        return out;
    }
    const void *bytes = address->sa_family == AF_INET ? (const void *)&((const struct sockaddr_in *)address)->sin_addr
                                                      : (const void *)&((const struct sockaddr_in6 *)address)->sin6_addr;
    return inet_ntop(address->sa_family, bytes, out, sizeof *text);
}

/* "lo 10049 127.0.0.1 255.0.0.0 127.0.0.1; …" */
static const char *all_addresses(void) {
    static char text[2048];
    struct ifaddrs *list;
    size_t used = 0;
    text[0] = '\0';
    CHECK_INT(getifaddrs(&list), 0);
    for (struct ifaddrs *entry = list; entry != NULL; entry = entry->ifa_next)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s %x %s %s %s; ", entry->ifa_name, entry->ifa_flags,
                                 text_of(entry->ifa_addr), text_of(entry->ifa_netmask), text_of(entry->ifa_broadaddr));
    freeifaddrs(list);
    return text;
}

static void lists_links_then_ipv4_then_ipv6(void) {
    CHECK_TEXT(all_addresses(), "lo 10049 link 1 00:00 none link 1 00:00; "
                                "eth0 11043 link 2 02:0a none link 2 ff:ff; "
                                "lo 10049 127.0.0.1 255.0.0.0 127.0.0.1; "
                                "eth0 11043 10.53.57.10 255.255.255.0 10.53.57.255; "
                                "lo 10049 ::1 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff none; "
                                "eth0 11043 fd00::5357:5f0a ffff:ffff:ffff:ffff:ffff:ffff:ffff:ff00 none; ");
}

static void lists_no_address_twice_where_127_is_the_network(void) {
    network_move_to("127.0.0.0", "5");
    CHECK_TEXT(all_addresses(), "lo 10049 link 1 00:00 none link 1 00:00; "
                                "eth0 11043 link 2 02:05 none link 2 ff:ff; "
                                "eth0 11043 127.0.0.5 255.255.255.0 127.0.0.255; "
                                "lo 10049 ::1 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff none; "
                                "eth0 11043 fd00::5357:5f05 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ff00 none; ");
}

static void names_and_numbers_its_interfaces(void) {
    char name[IF_NAMESIZE];
    struct if_nameindex *list = if_nameindex();
    CHECK(list != NULL);
    CHECK_TEXT(list[0].if_name, "lo");
    CHECK_TEXT(list[1].if_name, "eth0");
    CHECK(list[2].if_index == 0 && list[2].if_name == NULL);
    if_freenameindex(list);
    CHECK_INT(if_nametoindex("eth0"), 2);
    CHECK_TEXT(if_indextoname(1, name), "lo");
    errno = 0;
    CHECK_INT(if_nametoindex("wlan0"), 0);
    CHECK_INT(errno, ENODEV);
    errno = 0;
    CHECK(if_indextoname(3, name) == NULL);
    CHECK_INT(errno, ENXIO);
}

static void frees_what_libc_made_before_the_network_was_there(void) {
    struct ifaddrs *addresses;
    struct if_nameindex *names;
    unsetenv("SOCKET_WRAPPER_DIR");
    CHECK_INT(getifaddrs(&addresses), 0);
    names = if_nameindex();
    network_move_to("10.53.57.0", "10");
    freeifaddrs(addresses);
    if_freenameindex(names);
    CHECK_INT(getifaddrs(&addresses), 0);
    names = if_nameindex();
    unsetenv("SOCKET_WRAPPER_DIR");
    freeifaddrs(addresses);
    if_freenameindex(names);
}

static int ask(unsigned long request, const char *name, struct ifreq *answer) {
    bool handled = false;
    *answer = (struct ifreq){0};
    strncpy(answer->ifr_name, name, IFNAMSIZ);
    int result = sw_interfaces_ioctl(request, answer, &handled);
    CHECK(handled);
    return result;
}

static void answers_the_requests_of_netdevice(void) {
    struct ifreq answer;
    CHECK_INT(ask(SIOCGIFADDR, "eth0", &answer), 0);
    CHECK_TEXT(text_of(&answer.ifr_addr), "10.53.57.10");
    CHECK_INT(ask(SIOCGIFNETMASK, "eth0", &answer), 0);
    CHECK_TEXT(text_of(&answer.ifr_addr), "255.255.255.0");
    CHECK_INT(ask(SIOCGIFBRDADDR, "eth0", &answer), 0);
    CHECK_TEXT(text_of(&answer.ifr_addr), "10.53.57.255");
    CHECK_INT(ask(SIOCGIFFLAGS, "lo", &answer), 0);
    CHECK_INT(answer.ifr_flags, IFF_UP | IFF_LOOPBACK | IFF_RUNNING);
    CHECK_INT(ask(SIOCGIFINDEX, "eth0", &answer), 0);
    CHECK_INT(answer.ifr_ifindex, 2);
    CHECK_INT(ask(SIOCGIFMTU, "eth0", &answer), 0);
    CHECK_INT(answer.ifr_mtu, 1500);
    CHECK_INT(ask(SIOCGIFMTU, "lo", &answer), 0);
    CHECK_INT(answer.ifr_mtu, 65536);
    CHECK_INT(ask(SIOCGIFHWADDR, "eth0", &answer), 0);
    CHECK_INT(answer.ifr_hwaddr.sa_family, ARPHRD_ETHER);
    CHECK(memcmp(answer.ifr_hwaddr.sa_data, "\x02\x53\x57\0\0\x0a", 6) == 0);
    CHECK_INT(ask(SIOCGIFTXQLEN, "eth0", &answer), 0);
    CHECK_INT(answer.ifr_qlen, 1000);
    answer.ifr_ifindex = 2;
    bool handled;
    CHECK_INT(sw_interfaces_ioctl(SIOCGIFNAME, &answer, &handled), 0);
    CHECK_TEXT(answer.ifr_name, "eth0");
}

static void refuses_what_the_kernel_refuses_and_every_change(void) {
    struct ifreq answer;
    CHECK_INT(ask(SIOCGIFADDR, "wlan0", &answer), -ENODEV);
    CHECK_INT(ask(SIOCGIFADDR, "sixteen-letters!", &answer), -ENODEV);
    CHECK_INT(ask(SIOCGIFADDR, "eth0:1", &answer), -EADDRNOTAVAIL);
    CHECK_INT(ask(SIOCGIFFLAGS, "eth0:1", &answer), 0);
    CHECK_INT(ask(SIOCSIFADDR, "eth0", &answer), -EPERM);
    CHECK_INT(ask(SIOCSIFFLAGS, "lo", &answer), -EPERM);
    CHECK_INT(ask(SIOCADDRT, "eth0", &answer), -EPERM);
    CHECK_INT(ask(0x8946 /* SIOCETHTOOL */, "eth0", &answer), -EFAULT);
    bool handled;
    answer.ifr_data = (void *)&handled;
    CHECK_INT(sw_interfaces_ioctl(0x8946, &answer, &handled), -EOPNOTSUPP);
    answer.ifr_ifindex = 3;
    CHECK_INT(sw_interfaces_ioctl(SIOCGIFNAME, &answer, &handled), -ENODEV);
    CHECK_INT(sw_interfaces_ioctl(SIOCGIFADDR, NULL, &handled), -EFAULT);
    network_move_to("127.0.0.0", "5");
    CHECK_INT(ask(SIOCGIFADDR, "lo", &answer), 0);
    CHECK_TEXT(text_of(&answer.ifr_addr), "127.0.0.5");
    CHECK_INT(ask(SIOCGIFNETMASK, "lo", &answer), 0);
    CHECK_TEXT(text_of(&answer.ifr_netmask), "255.0.0.0");
}

static void lists_as_many_interfaces_as_fit(void) {
    struct ifreq entries[3];
    struct ifconf list = {.ifc_len = sizeof entries, .ifc_req = entries};
    bool handled;
    CHECK_INT(sw_interfaces_ioctl(SIOCGIFCONF, &list, &handled), 0);
    CHECK_INT(list.ifc_len, 2 * sizeof *entries);
    CHECK_TEXT(entries[0].ifr_name, "lo");
    CHECK_TEXT(text_of(&entries[1].ifr_addr), "10.53.57.10");
    list = (struct ifconf){.ifc_len = sizeof *entries + 1, .ifc_req = entries};
    CHECK_INT(sw_interfaces_ioctl(SIOCGIFCONF, &list, &handled), 0);
    CHECK_INT(list.ifc_len, sizeof *entries);
    list = (struct ifconf){0};
    CHECK_INT(sw_interfaces_ioctl(SIOCGIFCONF, &list, &handled), 0);
    CHECK_INT(list.ifc_len, 2 * sizeof *entries);
    network_move_to("127.0.0.0", "5");
    list = (struct ifconf){.ifc_len = sizeof entries, .ifc_req = entries};
    CHECK_INT(sw_interfaces_ioctl(SIOCGIFCONF, &list, &handled), 0);
    CHECK_INT(list.ifc_len, 2 * sizeof *entries);
    CHECK_TEXT(entries[0].ifr_name, "lo");
    CHECK_TEXT(text_of(&entries[0].ifr_addr), "127.0.0.5");
    CHECK_TEXT(text_of(&entries[1].ifr_addr), "127.0.0.5");
}

static void leaves_other_requests_and_other_times_alone(void) {
    int number = 7;
    bool handled = true;
    CHECK_INT(sw_interfaces_ioctl(FIONREAD, &number, &handled), 0);
    CHECK(!handled);
    unsetenv("SOCKET_WRAPPER_DIR");
    handled = true;
    CHECK_INT(sw_interfaces_ioctl(SIOCGIFADDR, &number, &handled), 0);
    CHECK(!handled);
    CHECK_INT(number, 7);
}

#define RUN_ON_NETWORK(test)                                                                       \
    do {                                                                                           \
        network_make();                                                                            \
        RUN(test);                                                                                 \
        network_remove();                                                                          \
    } while (0)

int main(void) {
    RUN_ON_NETWORK(lists_links_then_ipv4_then_ipv6);
    RUN_ON_NETWORK(lists_no_address_twice_where_127_is_the_network);
    RUN_ON_NETWORK(names_and_numbers_its_interfaces);
    RUN_ON_NETWORK(frees_what_libc_made_before_the_network_was_there);
    RUN_ON_NETWORK(answers_the_requests_of_netdevice);
    RUN_ON_NETWORK(refuses_what_the_kernel_refuses_and_every_change);
    RUN_ON_NETWORK(lists_as_many_interfaces_as_fit);
    RUN_ON_NETWORK(leaves_other_requests_and_other_times_alone);
    return check_result();
}
