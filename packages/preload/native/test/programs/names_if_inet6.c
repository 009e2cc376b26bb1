/* names_if_inet6.c: /proc/net/if_inet6 has the IPv6 addresses that getifaddrs(3) has. */
#include "harness.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>

struct entry {
    struct in6_addr address;
    unsigned index, prefix, scope, flags;
    char name[IF_NAMESIZE];
};

static bool read_entry(FILE *file, struct entry *entry) {
    for (unsigned i = 0; i < sizeof entry->address; i++)
        if (fscanf(file, "%2hhx", &entry->address.s6_addr[i]) != 1)
            return false;
    return fscanf(file, "%x %x %x %x %15s\n", &entry->index, &entry->prefix, &entry->scope, &entry->flags, entry->name) == 5;
}

static unsigned bits_of(const struct sockaddr *mask) {
    unsigned bits = 0;
    for (unsigned i = 0; i < 16; i++)
        bits += (unsigned)__builtin_popcount(((const struct sockaddr_in6 *)mask)->sin6_addr.s6_addr[i]);
    return bits;
}

static bool is_in_list(const struct ifaddrs *list, const struct entry *wanted) {
    for (; list != NULL; list = list->ifa_next)
        if (list->ifa_addr != NULL && list->ifa_addr->sa_family == AF_INET6 && strcmp(list->ifa_name, wanted->name) == 0 &&
            memcmp(&((const struct sockaddr_in6 *)list->ifa_addr)->sin6_addr, &wanted->address, sizeof wanted->address) == 0)
            return bits_of(list->ifa_netmask) == wanted->prefix && if_nametoindex(wanted->name) == wanted->index;
    return false;
}

static unsigned count_in_list(const struct ifaddrs *list) {
    unsigned count = 0;
    for (; list != NULL; list = list->ifa_next)
        count += list->ifa_addr != NULL && list->ifa_addr->sa_family == AF_INET6;
    return count;
}

static void show(const char *path, const char *mode) {
    struct ifaddrs *list;
    struct entry entry;
    unsigned count = 0;
    say("%s, %s", path, mode);
    FILE *file = fopen(path, mode);
    if (file == NULL) {
        say("fopen: %s", strerror(errno));
        return;
    }
    MUST(getifaddrs(&list));
    say("close on exec: %d", (fcntl(fileno(file), F_GETFD) & FD_CLOEXEC) != 0);
    for (; read_entry(file, &entry); count++) {
        if (!is_in_list(list, &entry))
            say("%s is not in the list of getifaddrs", entry.name);
        if (IN6_IS_ADDR_LOOPBACK(&entry.address))
            say("::1 %x %x %x %x %s", entry.index, entry.prefix, entry.scope, entry.flags, entry.name);
    }
    say("all of the list: %d, at the end: %d, read again: %d", count == count_in_list(list), feof(file) != 0, fgetc(file));
    rewind(file);
    say("from the beginning: %d", read_entry(file, &entry));
    say("written: %d", fputs("x", file));
    say("closed: %d", fclose(file));
    freeifaddrs(list);
}

int main(void) {
    show("/proc/net/if_inet6", "r");
    show("/proc/self/net/if_inet6", "re");
    show("/proc/net/if_inet6", "w");
    show("/proc/net/if_inet7", "r");
}
