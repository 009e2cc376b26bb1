/* names_hostent.c: gethostbyname(3) and its kin with numbers, and with buffers of every size. */
#include "names_list.h"

static void show_entry(const char *text, int result, const struct hostent *entry, int host_errno) {
    if (entry == NULL) {
        say("%s = %s, none, h_errno %d", text, result == 0 ? "0" : error_name(result), host_errno);
        return;
    }
    char address[INET6_ADDRSTRLEN];
    say("%s = %d, %s, type %d, length %d, %s, then %s, %s", text, result, entry->h_name, entry->h_addrtype, entry->h_length,
        inet_ntop(entry->h_addrtype, entry->h_addr_list[0], address, sizeof address),
        entry->h_addr_list[1] == NULL ? "no more" : "MORE", entry->h_aliases[0] == NULL ? "no alias" : "AN ALIAS");
}

static const char *const NODES[] = {"127.0.0.1", "10.1", "1.2.3.256", "::1", "fd00::1", "1.2.3.4.5"};

int main(void) {
    char buffer[4096];
    struct hostent entry;
    struct hostent *found;
    int host_errno;
    for (size_t i = 0; i < sizeof NODES / sizeof *NODES; i++) {
        say("%s", NODES[i]);
        host_errno = 0;
        int result = gethostbyname_r(NODES[i], &entry, buffer, sizeof buffer, &found, &host_errno);
        show_entry("gethostbyname_r", result, found, host_errno);
        result = gethostbyname2_r(NODES[i], AF_INET, &entry, buffer, sizeof buffer, &found, &host_errno);
        show_entry("gethostbyname2_r, AF_INET", result, found, host_errno);
        result = gethostbyname2_r(NODES[i], AF_INET6, &entry, buffer, sizeof buffer, &found, &host_errno);
        show_entry("gethostbyname2_r, AF_INET6", result, found, host_errno);
        found = gethostbyname(NODES[i]);
        show_entry("gethostbyname", 0, found, h_errno);
    }
    static const size_t SIZES[] = {0, 1, 8, 16, 24};
    for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++) {
        int result = gethostbyname_r("127.0.0.1", &entry, buffer, SIZES[i], &found, &host_errno);
        say("room of %d", (int)SIZES[i]);
        show_entry("gethostbyname_r", result, found, host_errno);
        struct in_addr loopback = {htonl(INADDR_LOOPBACK)};
        result = gethostbyaddr_r(&loopback, 4, AF_INET, &entry, buffer, SIZES[i], &found, &host_errno);
        show_entry("gethostbyaddr_r", result, found, host_errno);
    }
    struct in6_addr any = IN6ADDR_ANY_INIT;
    errno = 0;
    found = gethostbyaddr(&any, 16, AF_INET6);
    say("the IPv6 wildcard: %s, h_errno %d, %s", found == NULL ? "none" : found->h_name, h_errno, error_name(errno));
    errno = 0;
    found = gethostbyaddr(&any, 16, AF_INET);
    say("16 bytes for AF_INET: %s, h_errno %d, %s", found == NULL ? "none" : found->h_name, h_errno, error_name(errno));
}
