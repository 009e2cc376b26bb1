/* interfaces_ioctl.c: the requests of netdevice(7), answered from interfaces.h. */
#include "names/interfaces.h"

#include "base/memory.h"

#include <errno.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>

/* From <linux/sockios.h>, which is not there on every machine that compiles this. */
#ifndef SIOCETHTOOL
enum {
    SIOCETHTOOL = 0x8946,
    SIOCGMIIPHY = 0x8947,
    SIOCGMIIREG = 0x8948,
    SIOCSMIIREG = 0x8949,
    SIOCSIFVLAN = 0x8983,
    SIOCBRADDBR = 0x89a0,
    SIOCBRDELBR = 0x89a1,
    SIOCBRADDIF = 0x89a2,
    SIOCBRDELIF = 0x89a3,
};
#endif

enum { QUEUE_LENGTH = 1000 };

/* Requests that would change the machine, which no program on a network may do. */
static bool changes_something(unsigned long request) {
    static const unsigned long CHANGING[] = {
        SIOCSIFFLAGS,  SIOCSIFADDR,    SIOCSIFDSTADDR, SIOCSIFBRDADDR, SIOCSIFNETMASK, SIOCSIFMETRIC,
        SIOCSIFMTU,    SIOCSIFNAME,    SIOCSIFHWADDR,  SIOCSIFENCAP,   SIOCSIFSLAVE,   SIOCADDMULTI,
        SIOCDELMULTI,  SIOCSIFPFLAGS, SIOCDIFADDR,    SIOCSIFHWBROADCAST, SIOCSIFBR,  SIOCSIFTXQLEN,  SIOCSIFMAP,
        SIOCADDRT,     SIOCDELRT,     SIOCSARP,       SIOCDARP,       SIOCSRARP,      SIOCDRARP,      SIOCADDDLCI,
        SIOCDELDLCI,   SIOCSIFVLAN,   SIOCBRADDBR,    SIOCBRDELBR,    SIOCBRADDIF,    SIOCBRDELIF,
    };
    for (unsigned i = 0; i < sizeof CHANGING / sizeof *CHANGING; i++)
        if (CHANGING[i] == request)
            return true;
    return false;
}

static void set_ipv4(struct sockaddr *address, const struct sw_ip *ip) {
    struct sockaddr_in ipv4 = {.sin_family = AF_INET};
    memcpy(&ipv4.sin_addr, ip->bytes, SW_IPV4_SIZE);
    memcpy(address, &ipv4, sizeof ipv4);
}

/* SIOCGIFCONF: the interfaces with an IPv4 address. Without a buffer, how large one would have to be. */
static int list_interfaces(const struct sw_interface *interfaces, struct ifconf *list) {
    int used = 0;
    if (list->ifc_buf != NULL && list->ifc_len >= (int)sizeof(struct ifreq) && !sw_is_readable(list->ifc_buf, sizeof(struct ifreq)))
        return -EFAULT;
    for (int i = 0; i < SW_INTERFACE_COUNT; i++) {
        if (interfaces[i].ipv4.ip.family == 0)
            continue;
        struct ifreq entry = {0};
        strcpy(entry.ifr_name, interfaces[i].name);
        set_ipv4(&entry.ifr_addr, &interfaces[i].ipv4.ip);
        if (list->ifc_buf != NULL) {
            if (list->ifc_len - used < (int)sizeof entry)
                break;
            memcpy(list->ifc_buf + used, &entry, sizeof entry);
        }
        used += (int)sizeof entry;
    }
    list->ifc_len = used;
    return 0;
}

/* The interface that the request names. An alias ("eth0:1") is the interface, but has no address of its own. */
static const struct sw_interface *find(const struct sw_interface *interfaces, const struct ifreq *request, bool *alias) {
    char name[IFNAMSIZ];
    memcpy(name, request->ifr_name, sizeof name);
    name[sizeof name - 1] = '\0';
    char *colon = strchr(name, ':');
    *alias = colon != NULL;
    if (colon != NULL)
        *colon = '\0';
    unsigned index = sw_interface_index(name);
    return index == 0 ? NULL : &interfaces[index - 1];
}

static int answer_address(unsigned long which, const struct sw_interface *interface, bool alias, struct ifreq *request) {
    if (interface->ipv4.ip.family == 0 || alias)
        return -EADDRNOTAVAIL;
    struct sw_ip ip = interface->ipv4.ip;
    if (which == SIOCGIFNETMASK)
        ip = sw_netmask(AF_INET, interface->ipv4.prefix);
    else if (which == SIOCGIFBRDADDR)
        ip = interface->ipv4_broadcast;
    set_ipv4(&request->ifr_addr, &ip);
    return 0;
}

static int answer_request(unsigned long which, const struct sw_interface *interface, bool alias, struct ifreq *request) {
    switch (which) {
    case SIOCGIFADDR:
    case SIOCGIFDSTADDR:
    case SIOCGIFNETMASK:
    case SIOCGIFBRDADDR:
        return answer_address(which, interface, alias, request);
    case SIOCGIFFLAGS:
        request->ifr_flags = (short)(interface->flags & 0xffff);
        return 0;
    case SIOCGIFINDEX:
        request->ifr_ifindex = (int)interface->index;
        return 0;
    case SIOCGIFMTU:
        request->ifr_mtu = (int)interface->mtu;
        return 0;
    case SIOCGIFHWADDR:
        memset(&request->ifr_hwaddr, 0, sizeof request->ifr_hwaddr);
        request->ifr_hwaddr.sa_family = interface->hardware_type;
        memcpy(request->ifr_hwaddr.sa_data, interface->hardware_address, SW_HARDWARE_ADDRESS_SIZE);
        return 0;
    case SIOCGIFMETRIC:
        request->ifr_metric = 0;
        return 0;
    case SIOCGIFTXQLEN:
        request->ifr_qlen = QUEUE_LENGTH;
        return 0;
    case SIOCGIFMAP:
        memset(&request->ifr_map, 0, sizeof request->ifr_map);
        return 0;
    default: /* a driver's own business (ethtool, MII, VLANs, …), and these have none */
        return -EOPNOTSUPP;
    }
}

static bool is_question(unsigned long request) {
    switch (request) {
    case SIOCGIFADDR:
    case SIOCGIFDSTADDR:
    case SIOCGIFNETMASK:
    case SIOCGIFBRDADDR:
    case SIOCGIFFLAGS:
    case SIOCGIFINDEX:
    case SIOCGIFMTU:
    case SIOCGIFHWADDR:
    case SIOCGIFMETRIC:
    case SIOCGIFTXQLEN:
    case SIOCGIFMAP:
    case SIOCETHTOOL:
    case SIOCGMIIPHY:
    case SIOCGMIIREG:
    case SIOCSMIIREG:
        return true;
    default:
        return false;
    }
}

bool sw_interfaces_is_of_ipv4(unsigned long request) {
    return request == SIOCGIFADDR || request == SIOCGIFDSTADDR || request == SIOCGIFNETMASK || request == SIOCGIFBRDADDR;
}

bool sw_interfaces_is_asked_anywhere(unsigned long request) {
    return request == SIOCGIFCONF || request == SIOCGIFNAME || (is_question(request) && !sw_interfaces_is_of_ipv4(request) && request != SIOCSMIIREG);
}

int sw_interfaces_ioctl(unsigned long request, void *argument, bool *handled) {
    struct sw_place place;
    bool about_interfaces =
        request == SIOCGIFCONF || request == SIOCGIFNAME || is_question(request) || changes_something(request);
    *handled = about_interfaces && sw_place_now(&place);
    if (!*handled)
        return 0;
    /* br_ioctl_stub() asks first who it is. */
    if (request != SIOCBRADDBR && request != SIOCBRDELBR && !sw_is_readable(argument, sizeof(struct ifreq)))
        return -EFAULT;
    if (changes_something(request))
        return -EPERM;

    struct sw_interface interfaces[SW_INTERFACE_COUNT];
    sw_interfaces(&place, interfaces);
    /* With the network 127.0.0.0 the host's own address is a loopback address as well. */
    if (interfaces[0].ipv4.ip.family == 0)
        interfaces[0].ipv4 = (struct sw_interface_address){.ip = interfaces[1].ipv4.ip, .prefix = 8};
    if (request == SIOCGIFCONF)
        return list_interfaces(interfaces, argument);

    struct ifreq *answer = argument;
    if (request == SIOCGIFNAME) {
        const char *name = sw_interface_name((unsigned)answer->ifr_ifindex);
        if (name == NULL)
            return -ENODEV;
        strcpy(answer->ifr_name, name);
        return 0;
    }
    if (request == SIOCETHTOOL && answer->ifr_data == NULL)
        return -EFAULT;
    bool alias;
    const struct sw_interface *interface = find(interfaces, answer, &alias);
    return interface == NULL ? -ENODEV : answer_request(request, interface, alias, answer);
}
