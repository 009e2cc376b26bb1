/* names_numeric.c: addresses as numbers, in every spelling, for every family. */
#include "names_list.h"

static const char *const NODES[] = {
    "127.0.0.1", "10.1", "0x7f.1", "2130706433", "017700000001", "1.2.3", "1.2.3.256", "1.2.3.4.5", "1.2.3.4 ", " 1.2.3.4",
    "::1", "::", "fd00::1", "::ffff:1.2.3.4", "::1.2.3.4", "fe80::1%lo", "fe80::1%1", "fe80::1%7", "fe80::1%nope", "fe80::1%",
    "ff02::1%lo", "::1%lo", "::1%3", "::1%4294967295", "::1%4294967296", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8:9", ":::", "[::1]",
};

int main(void) {
    static const int FAMILIES[] = {AF_UNSPEC, AF_INET, AF_INET6};
    static const int FLAGS[] = {0, AI_CANONNAME, AI_V4MAPPED, AI_V4MAPPED | AI_ALL, AI_PASSIVE};
    for (size_t node = 0; node < sizeof NODES / sizeof *NODES; node++)
        for (size_t family = 0; family < sizeof FAMILIES / sizeof *FAMILIES; family++)
            for (size_t flags = 0; flags < sizeof FLAGS / sizeof *FLAGS; flags++)
                /* What is no number would be looked up. */
                list(NODES[node], "80",
                     &(struct addrinfo){.ai_family = FAMILIES[family],
                                        .ai_socktype = SOCK_STREAM,
                                        .ai_flags = FLAGS[flags] | AI_NUMERICHOST});
}
