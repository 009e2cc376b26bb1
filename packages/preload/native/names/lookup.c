#include "names/lookup.h"

#include "names/hosts.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

static const char *const LOCALHOST_NAMES[] = {"localhost", "localhost.localdomain"};
static const char *const IPV6_LOCALHOST_NAMES[] = {"ip6-localhost", "ip6-loopback"};
enum { LOCALHOST_NAME_COUNT = 2 };

static bool is_among(struct sw_span name, const char *const names[static LOCALHOST_NAME_COUNT]) {
    for (int i = 0; i < LOCALHOST_NAME_COUNT; i++)
        if (sw_same_host_name(name, sw_span_of(names[i])))
            return true;
    return false;
}

/* Every name under `localhost.` is the host itself (RFC 6761 §6.3). */
static bool is_under_localhost(struct sw_span name) {
    static const char SUFFIX[] = ".localhost";
    size_t suffix_size = sizeof SUFFIX - 1;
    if (name.size <= suffix_size)
        return false;
    struct sw_span end = {name.bytes + name.size - suffix_size, suffix_size};
    return sw_same_host_name(end, sw_span_of(SUFFIX));
}

static void add_localhost(const struct sw_place *place, int family, struct sw_host *host) {
    struct sw_ip ip = sw_place_localhost(place, family);
    sw_host_add_address(host, &ip);
}

static bool lookup_localhost(const struct sw_place *place, struct sw_span name, struct sw_host *host) {
    bool ipv6_alone = is_among(name, IPV6_LOCALHOST_NAMES);
    if (is_under_localhost(name))
        sw_host_add_name(host, name);
    else if (ipv6_alone || is_among(name, LOCALHOST_NAMES))
        sw_host_add_name(host, sw_span_of(LOCALHOST_NAMES[0]));
    else
        return false;
    add_localhost(place, AF_INET6, host);
    if (!ipv6_alone)
        add_localhost(place, AF_INET, host);
    return true;
}

static void add_own_addresses(const struct sw_place *place, struct sw_host *host) {
    struct sw_ip ipv4 = sw_place_address(place, AF_INET, place->interface);
    struct sw_ip ipv6 = sw_place_address(place, AF_INET6, place->interface);
    sw_host_add_address(host, &ipv4);
    sw_host_add_address(host, &ipv6);
}

/* Who has no descriptor left can read no file of hosts: to libc all names are unknown then. */
static bool can_open_files(void) {
    int saved_errno = errno;
    long fd = syscall(SYS_openat, AT_FDCWD, "/", O_PATH | O_CLOEXEC, 0);
    bool can = fd >= 0 || errno != EMFILE;
    if (fd >= 0)
        syscall(SYS_close, fd);
    errno = saved_errno;
    return can;
}

bool sw_lookup_name(const struct sw_place *place, const char *name, struct sw_host *host) {
    *host = (struct sw_host){0};
    if (!can_open_files())
        return false;
    struct sw_span wanted = sw_span_of(name);
    if (wanted.size > 1 && name[wanted.size - 1] == '.')
        wanted.size--;
    if (wanted.size == 0 || wanted.size >= SW_HOST_NAME_SIZE)
        return false;
    if (lookup_localhost(place, wanted, host) || sw_hosts_by_name(place, wanted, host))
        return true;
    char own[SW_HOST_NAME_SIZE];
    if (place->interface == 0)
        return false;
    sw_own_host_name(place, own);
    if (!sw_same_host_name(wanted, sw_span_of(own)))
        return false;
    sw_host_add_name(host, sw_span_of(own));
    add_own_addresses(place, host);
    return true;
}

static bool is_localhost(const struct sw_place *place, const struct sw_ip *ip) {
    struct sw_ip localhost = sw_place_localhost(place, ip->family);
    return sw_ip_equal(&localhost, ip);
}

static void add_localhost_names(int family, struct sw_host *host) {
    sw_host_add_name(host, sw_span_of(LOCALHOST_NAMES[0]));
    for (int i = 0; family == AF_INET6 && i < LOCALHOST_NAME_COUNT; i++)
        sw_host_add_name(host, sw_span_of(IPV6_LOCALHOST_NAMES[i]));
}

bool sw_lookup_address(const struct sw_place *place, const struct sw_ip *ip, struct sw_host *host) {
    *host = (struct sw_host){0};
    struct sw_ip plain = sw_ip_unmapped(ip);
    int interface = sw_place_interface_of(place, &plain);
    /* An address of the network is a host first, even where 127.0.0.1 is one of them. */
    if (interface != 0 || !is_localhost(place, &plain)) {
        if (sw_hosts_by_address(place, &plain, host))
            return host->name_count > 0;
        if (interface == 0 || interface != place->interface)
            return false;
    }
    sw_host_add_address(host, &plain);
    if (is_localhost(place, &plain)) {
        add_localhost_names(plain.family, host);
        return true;
    }
    char own[SW_HOST_NAME_SIZE];
    sw_own_host_name(place, own);
    sw_host_add_name(host, sw_span_of(own));
    return host->name_count > 0;
}

void sw_own_host_name(const struct sw_place *place, char name[static SW_HOST_NAME_SIZE]) {
    const char *given = sw_config_value("NSS_WRAPPER_HOSTNAME");
    if (given != NULL && strlen(given) < SW_HOST_NAME_SIZE) {
        strcpy(name, given);
        return;
    }
    if (place->interface != 0 && sw_hosts_name_of_interface(place, place->interface, name))
        return;
    struct utsname machine;
    name[0] = '\0';
    if (syscall(SYS_uname, &machine) == 0)
        strcpy(name, machine.nodename);
}
