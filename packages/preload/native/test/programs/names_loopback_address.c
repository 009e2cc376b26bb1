/* names_loopback_address.c: the loopback interface has an IPv4 address in what netdevice(7) asks, by number, by name and in the list. */
#include "harness.h"

#include <net/if.h>

enum { LOOPBACK_INDEX = 1, LIST_LENGTH = 64 };

static struct in_addr address_of(const struct ifreq *request) {
    struct sockaddr_in address;
    memcpy(&address, &request->ifr_addr, sizeof address);
    return address.sin_addr;
}

/* The first interface in the list that has the address. */
static unsigned index_of(int s, struct in_addr address) {
    struct ifreq entries[LIST_LENGTH];
    struct ifconf list = {.ifc_len = sizeof entries, .ifc_req = entries};
    CALL(ioctl(s, SIOCGIFCONF, &list));
    for (int i = 0; i < list.ifc_len / (int)sizeof *entries; i++)
        if (address_of(&entries[i]).s_addr == address.s_addr)
            return if_nametoindex(entries[i].ifr_name);
    return 0;
}

int main(void) {
    int s = MUST(socket(AF_INET, SOCK_DGRAM, 0));
    struct ifreq lo = {.ifr_ifindex = LOOPBACK_INDEX};
    CALL(ioctl(s, SIOCGIFNAME, &lo));
    say("%s", lo.ifr_name);
    CALL(ioctl(s, SIOCGIFADDR, &lo));
    struct in_addr address = address_of(&lo);
    say("of 127.0.0.0/8: %d", ntohl(address.s_addr) >> 24 == IN_LOOPBACKNET);
    say("first in the list at interface %u", index_of(s, address));

    /* The way in which PHP chooses an interface for multicast by its number, and reads the choice back. */
    CALL(setsockopt(s, IPPROTO_IP, IP_MULTICAST_IF, &address, sizeof address));
    struct in_addr chosen = {0};
    socklen_t length = sizeof chosen;
    CALL(getsockopt(s, IPPROTO_IP, IP_MULTICAST_IF, &chosen, &length));
    say("chosen: interface %u", index_of(s, chosen));
}
