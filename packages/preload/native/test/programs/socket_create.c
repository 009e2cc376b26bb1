/* socket_create.c: which families, types and protocols socket(2) takes. */
#include "harness.h"

static void try_all(int family, const char *name) {
    static const int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET, SOCK_RDM, 0, 9, 11, -1};
    static const int protocols[] = {0, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMPV6, 250, 300, -1};
    for (size_t t = 0; t < sizeof types / sizeof types[0]; t++) {
        for (size_t p = 0; p < sizeof protocols / sizeof protocols[0]; p++) {
            errno = 0;
            int fd = socket(family, types[t], protocols[p]);
            say("socket(%s, %d, %d) = %d %s", name, types[t], protocols[p], fd, fd == -1 ? error_name(errno) : "");
            if (fd == -1)
                continue;
            OPTION(fd, SOL_SOCKET, SO_DOMAIN);
            OPTION(fd, SOL_SOCKET, SO_TYPE);
            OPTION(fd, SOL_SOCKET, SO_PROTOCOL);
            close(fd);
        }
    }
}

int main(void) {
    try_all(AF_INET, "AF_INET");
    try_all(AF_INET6, "AF_INET6");
    CALL(socket(AF_UNSPEC, SOCK_STREAM, 0));
    CALL(socket(-1, SOCK_STREAM, 0));
    CALL(socket(9999, SOCK_STREAM, 0));
    CALL(socket(AF_INET, SOCK_STREAM | 0x100000, 0));
    CALL(socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP));
    CALL(close((int)CALL(socket(AF_UNIX, SOCK_STREAM, 0))));
    CALL(close((int)CALL(socket(AF_NETLINK, SOCK_RAW, 0))));
}
