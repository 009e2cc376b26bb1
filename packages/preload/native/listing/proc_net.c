#include "listing/proc_net.h"

#include "listing/proc_counters.h"
#include "listing/proc_fib.h"
#include "listing/proc_groups.h"
#include "listing/proc_interfaces.h"
#include "listing/proc_sockets.h"

#include <stddef.h>
#include <string.h>

static const struct sw_proc_net_file FILES[] = {
    {"tcp", sw_proc_tcp},           {"tcp6", sw_proc_tcp6},           {"udp", sw_proc_udp},
    {"udp6", sw_proc_udp6},         {"udplite", sw_proc_udplite},     {"udplite6", sw_proc_udplite6},
    {"raw", sw_proc_raw},           {"raw6", sw_proc_raw6},           {"icmp", sw_proc_icmp},
    {"icmp6", sw_proc_raw6},        {"sockstat", sw_proc_sockstat},   {"sockstat6", sw_proc_sockstat6},
    {"unix", sw_proc_unix},         {"dev", sw_proc_dev},             {"if_inet6", sw_proc_if_inet6},
    {"route", sw_proc_route},       {"ipv6_route", sw_proc_ipv6_route}, {"arp", sw_proc_arp},
    {"snmp", sw_proc_snmp},         {"snmp6", sw_proc_snmp6},         {"netstat", sw_proc_netstat},
    {"igmp", sw_proc_igmp},         {"igmp6", sw_proc_igmp6},         {"dev_mcast", sw_proc_dev_mcast},
    {"mcfilter", sw_proc_mcfilter}, {"mcfilter6", sw_proc_mcfilter6}, {"fib_trie", sw_proc_fib_trie},
    {"dev_snmp6/lo", sw_proc_snmp6_lo}, {"dev_snmp6/eth0", sw_proc_snmp6_eth0}, {"ip6_flowlabel", sw_proc_ip6_flowlabel},
    /* What of the machine is in these is none of the host's: connections that pass through, and addresses of services. */
    {"nf_conntrack", sw_proc_nothing}, {"nf_conntrack_expect", sw_proc_nothing}, {"anycast6", sw_proc_nothing},
};

/* What follows `word` in `text`; NULL where it does not begin so. */
static const char *behind(const char *text, const char *word) {
    size_t length = strlen(word);
    return text != NULL && strncmp(text, word, length) == 0 ? text + length : NULL;
}

static const char *behind_number(const char *text) {
    const char *end = text;
    while (*end >= '0' && *end <= '9')
        end++;
    return end == text ? NULL : end;
}

const struct sw_proc_net_file *sw_proc_net_find(const char *path) {
    const char *rest = behind(path, "/proc/"), *process, *name;
    if (rest == NULL)
        return NULL;
    process = behind(rest, "self");
    if (process == NULL)
        process = behind(rest, "thread-self");
    if (process == NULL)
        process = behind_number(rest);
    if (process != NULL) {
        const char *thread = behind(process, "/task/");
        thread = thread == NULL ? NULL : behind_number(thread);
        name = behind(thread != NULL ? thread : process, "/net/");
    } else {
        name = behind(rest, "net/");
    }
    for (size_t i = 0; name != NULL && i < sizeof FILES / sizeof *FILES; i++)
        if (strcmp(name, FILES[i].name) == 0)
            return &FILES[i];
    return NULL;
}

static const char *last_part(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

bool sw_proc_net_may_be(const char *path) {
    const char *name = last_part(path);
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++)
        if (FILES[i].name[0] == name[0] && strcmp(name, FILES[i].name) == 0)
            return true;
    /* Those of dev_snmp6. */
    return strcmp(name, "lo") == 0 || strcmp(name, "eth0") == 0;
}
