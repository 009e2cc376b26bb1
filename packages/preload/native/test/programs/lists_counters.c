/* lists_counters.c: the files of counters in /proc/net, which netstat -s and nstat(8) read: the names in them, and what is no counter. */
#include "harness.h"

enum { LONGEST = 8192, MOST_NAMES = 300 };

/* Kinds of messages have a name once one has come. */
static bool is_of_messages(const char *line) {
    return strncmp(line, "IcmpMsg:", 8) == 0 || strncmp(line, "Icmp6InType", 11) == 0 || strncmp(line, "Icmp6OutType", 12) == 0;
}

static bool is_no_counter(const char *name) {
    static const char *const names[] = {"Forwarding", "DefaultTTL", "RtoAlgorithm", "RtoMin", "RtoMax", "MaxConn", "CurrEstab"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static unsigned split(char *line, char *words[MOST_NAMES]) {
    unsigned count = 0;
    for (char *word = strtok(line, " \t\n"); word != NULL && count < MOST_NAMES; word = strtok(NULL, " \t\n"))
        words[count++] = word;
    return count;
}

/* Lines in pairs: names, and values. */
static void show_pairs(const char *path) {
    static char names[LONGEST], values[LONGEST];
    char *name[MOST_NAMES], *value[MOST_NAMES];
    FILE *file = fopen(path, "re");
    while (file != NULL && fgets(names, sizeof names, file) != NULL && fgets(values, sizeof values, file) != NULL) {
        if (is_of_messages(names))
            continue;
        unsigned count = split(names, name), valued = split(values, value);
        say("%s: %s %u names, %u values", path, name[0], count, valued);
        for (unsigned i = 1; i < count && i < valued; i++)
            say("  %s%s%s", name[i], is_no_counter(name[i]) ? " is " : "", is_no_counter(name[i]) ? value[i] : "");
    }
    if (file != NULL)
        fclose(file);
}

static void show_column(const char *path) {
    char line[LONGEST];
    char *words[MOST_NAMES];
    FILE *file = fopen(path, "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (!is_of_messages(line)) {
            unsigned count = split(line, words);
            say("%s: %s, %u words", path, words[0], count);
        }
    if (file != NULL)
        fclose(file);
}

int main(void) {
    struct pair pair = tcp_pair(AF_INET), other = tcp_pair(AF_INET6);
    MUST(shutdown(pair.client, SHUT_WR));
    settle(pair.server, POLLRDHUP);
    MUST(other.client);
    show_pairs("/proc/net/snmp");
    show_pairs("/proc/self/net/netstat");
    show_column("/proc/net/snmp6");
}
