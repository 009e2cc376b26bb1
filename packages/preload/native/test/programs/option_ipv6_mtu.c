/* option_ipv6_mtu.c: IPV6_MTU may be set on any socket, and is read from connected ones alone. DNS servers set it to 1280. */
#include "harness.h"

static void set(int fd, int mtu) {
    CALL(setsockopt(fd, IPPROTO_IPV6, IPV6_MTU, &mtu, sizeof mtu));
}

static void try_on(int fd) {
    int mtu = 0;
    socklen_t length = sizeof mtu;
    set(fd, 1280);
    set(fd, 0);
    set(fd, 9000);
    set(fd, 1279);
    set(fd, -1);
    CALL(setsockopt(fd, IPPROTO_IPV6, IPV6_MTU, &mtu, 2));
    CALL(getsockopt(fd, IPPROTO_IPV6, IPV6_MTU, &mtu, &length));
}

int main(void) {
    try_on((int)MUST(socket(AF_INET6, SOCK_DGRAM, 0)));
    try_on((int)MUST(socket(AF_INET6, SOCK_STREAM, 0)));
    int mtu = 1280;
    CALL(setsockopt((int)MUST(socket(AF_INET, SOCK_DGRAM, 0)), IPPROTO_IPV6, IPV6_MTU, &mtu, sizeof mtu));
}
