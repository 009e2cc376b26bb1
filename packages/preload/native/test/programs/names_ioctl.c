/* names_ioctl.c: netdevice(7) on sockets of all families, which tell the same of interfaces. */
#include "harness.h"

#include <linux/ethtool.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <net/if.h>

static void ask(const char *what, int fd) {
    struct ifreq by_index = {.ifr_ifindex = 1}, beyond = {.ifr_ifindex = 1000};
    struct ifreq lo = {.ifr_name = "lo"}, unknown = {.ifr_name = "nosuch0"};
    say("%s", what);
    CALL(ioctl(fd, SIOCGIFNAME, &by_index));
    say("%s", by_index.ifr_name);
    CALL(ioctl(fd, SIOCGIFNAME, &beyond));
    CALL(ioctl(fd, SIOCGIFINDEX, &lo));
    say("%d", lo.ifr_ifindex);
    CALL(ioctl(fd, SIOCGIFMTU, &lo));
    say("%d", lo.ifr_mtu);
    CALL(ioctl(fd, SIOCGIFFLAGS, &lo));
    say("%x", (unsigned)lo.ifr_flags);
    CALL(ioctl(fd, SIOCGIFHWADDR, &lo));
    say("%d", lo.ifr_hwaddr.sa_family);
    CALL(ioctl(fd, SIOCGIFMETRIC, &lo));
    CALL(ioctl(fd, SIOCGIFTXQLEN, &lo));
    say("%d", lo.ifr_qlen);
    CALL(ioctl(fd, SIOCGIFINDEX, &unknown));
    CALL(ioctl(fd, SIOCGIFMTU, &unknown));
    CALL(ioctl(fd, SIOCGIFHWADDR, &unknown));
    CALL(ioctl(fd, SIOCGIFFLAGS, NULL));
    struct ifreq list[8];
    struct ifconf every = {.ifc_len = sizeof list, .ifc_req = list};
    CALL(ioctl(fd, SIOCGIFCONF, &every));
    say("first of all %s", every.ifc_len > 0 ? list[0].ifr_name : "none");
}

int main(void) {
    ask("AF_INET", (int)MUST(socket(AF_INET, SOCK_DGRAM, 0)));
    ask("AF_INET6", (int)MUST(socket(AF_INET6, SOCK_STREAM, 0)));
    ask("AF_UNIX", (int)MUST(socket(AF_UNIX, SOCK_DGRAM, 0)));
    ask("AF_NETLINK", (int)MUST(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE)));
    int ends[2];
    struct ifreq lo = {.ifr_name = "lo"};
    MUST(pipe(ends));
    CALL(ioctl(ends[0], SIOCGIFINDEX, &lo));
    CALL(ioctl(-1, SIOCGIFINDEX, &lo));
    return 0;
}
