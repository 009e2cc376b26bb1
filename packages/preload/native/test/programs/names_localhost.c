/* names_localhost.c: the one name that every machine has. Its IPv4 side: not every machine gives it ::1. */
#include "names_list.h"

static void show_entry(const char *text, const struct hostent *entry) {
    if (entry == NULL) {
        say("%s: none, h_errno %d", text, h_errno);
        return;
    }
    char address[INET6_ADDRSTRLEN];
    say("%s: %s, type %d, length %d, %s", text, entry->h_name, entry->h_addrtype, entry->h_length,
        inet_ntop(entry->h_addrtype, entry->h_addr_list[0], address, sizeof address));
}

int main(void) {
    static const char *const NODES[] = {"localhost", "LOCALHOST", "LocalHost"};
    for (size_t i = 0; i < sizeof NODES / sizeof *NODES; i++) {
        list(NODES[i], "80", &(struct addrinfo){.ai_family = AF_INET, .ai_socktype = SOCK_STREAM});
        list(NODES[i], "http", &(struct addrinfo){.ai_family = AF_INET, .ai_flags = AI_CANONNAME});
        list(NODES[i], "80", &(struct addrinfo){.ai_family = AF_INET, .ai_flags = AI_NUMERICHOST});
        show_entry("gethostbyname", gethostbyname(NODES[i]));
        show_entry("gethostbyname2", gethostbyname2(NODES[i], AF_INET));
    }
    show_entry("gethostbyaddr", gethostbyaddr(&(struct in_addr){htonl(INADDR_LOOPBACK)}, 4, AF_INET));
}
