#include "listing/proc_counters.h"

#include "listing/machine_file.h"
#include "listing/proc_sockets.h"
#include "names/interfaces.h"

#include <string.h>

/* A piece of the machine's text. */
struct piece {
    const char *start, *end;
};

static bool is(struct piece piece, const char *text) {
    size_t length = (size_t)(piece.end - piece.start);
    return length == strlen(text) && memcmp(piece.start, text, length) == 0;
}

static bool begins(struct piece piece, const char *text) {
    size_t length = strlen(text);
    return (size_t)(piece.end - piece.start) >= length && memcmp(piece.start, text, length) == 0;
}

/* The next piece in front of `end`, up to a separator; false behind the last. */
static bool next(const char **at, const char *end, char separator, struct piece *piece) {
    if (*at >= end)
        return false;
    const char *found = memchr(*at, separator, (size_t)(end - *at));
    *piece = (struct piece){*at, found == NULL ? end : found};
    *at = found == NULL ? end : found + 1;
    return true;
}

/* What no traffic changes (RFC 1213), and the connections that are there. */
static long value_of(struct piece group, struct piece name) {
    static const struct {
        const char *group, *name;
        long value;
    } FIXED[] = {
        {"Ip:", "Forwarding", 2}, {"Ip:", "DefaultTTL", 64},   {"Tcp:", "RtoAlgorithm", 1},
        {"Tcp:", "RtoMin", 200},  {"Tcp:", "RtoMax", 120000}, {"Tcp:", "MaxConn", -1},
    };
    for (size_t i = 0; i < sizeof FIXED / sizeof *FIXED; i++)
        if (is(group, FIXED[i].group) && is(name, FIXED[i].name))
            return FIXED[i].value;
    return is(group, "Tcp:") && is(name, "CurrEstab") ? (long)sw_proc_connections() : 0;
}

/* Lines in pairs: a group with its names, and the group with their values. */
static void print_pairs(struct sw_growing *text, const char *path) {
    struct sw_growing machine = SW_GROWING_NEW;
    sw_machine_file_read(path, &machine);
    const char *at = (const char *)machine.bytes, *end = at + machine.length;
    struct piece names, values, group, name;
    while (next(&at, end, '\n', &names) && next(&at, end, '\n', &values)) {
        /* Kinds of messages are there once one has come. */
        const char *word = names.start;
        if (begins(names, "IcmpMsg:") || !next(&word, names.end, ' ', &group))
            continue;
        sw_growing_add(text, names.start, (size_t)(names.end - names.start));
        sw_growing_add(text, "\n", 1);
        sw_growing_add(text, group.start, (size_t)(group.end - group.start));
        while (next(&word, names.end, ' ', &name))
            sw_growing_print(text, " %ld", value_of(group, name));
        sw_growing_add(text, "\n", 1);
    }
    sw_growing_end(&machine);
}

void sw_proc_snmp(struct sw_growing *text) {
    print_pairs(text, "/proc/net/snmp");
}

void sw_proc_netstat(struct sw_growing *text) {
    print_pairs(text, "/proc/net/netstat");
}

static void print_names(struct sw_growing *text, const char *path) {
    struct sw_growing machine = SW_GROWING_NEW;
    sw_machine_file_read(path, &machine);
    const char *at = (const char *)machine.bytes, *end = at + machine.length;
    struct piece line, name;
    while (next(&at, end, '\n', &line)) {
        const char *word = line.start;
        if (begins(line, "ifIndex") || begins(line, "Icmp6InType") || begins(line, "Icmp6OutType") || !next(&word, line.end, '\t', &name))
            continue;
        sw_growing_add(text, name.start, (size_t)(name.end - name.start));
        sw_growing_print(text, "\t0\n");
    }
    sw_growing_end(&machine);
}

void sw_proc_snmp6(struct sw_growing *text) {
    print_names(text, "/proc/net/snmp6");
}

/* Every machine has `lo`; the names are the same for all interfaces. */
static void print_interface(struct sw_growing *text, const char *name) {
    sw_growing_print(text, "%-32s\t%u\n", "ifIndex", sw_interface_index(name));
    print_names(text, "/proc/net/dev_snmp6/lo");
}

void sw_proc_snmp6_lo(struct sw_growing *text) {
    print_interface(text, "lo");
}

void sw_proc_snmp6_eth0(struct sw_growing *text) {
    print_interface(text, "eth0");
}
