/* udp_error_queue_cut.c: how much of a datagram that nobody took comes back with MSG_ERRQUEUE: as much as an answer of ICMP quotes. */
#include "harness.h"

static void ask(int family, const char *where, size_t size) {
    static char data[9000], back[9000];
    bool is_mapped = family == AF_INET6 && strchr(where, '.') != NULL;
    int fd = (int)MUST(socket(family, SOCK_DGRAM, 0));
    MUST(set_int(fd, family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6, family == AF_INET ? IP_RECVERR : IPV6_RECVERR, 1));
    /* IPv4's errors are asked for apart. */
    if (is_mapped)
        MUST(set_int(fd, IPPROTO_IP, IP_RECVERR, 1));
    MUST(family == AF_INET ? connect(fd, AT4(where, 7000)) : connect(fd, AT6(where, 7000)));
    MUST(send(fd, data, size, 0));
    settle(fd, POLLERR);
    struct msghdr message = {.msg_iov = &(struct iovec){back, sizeof back}, .msg_iovlen = 1};
    ssize_t got = recvmsg(fd, &message, MSG_ERRQUEUE);
    say("%s, %zu bytes: %zd", where, size, got);
    MUST(close(fd));
}

int main(void) {
    static const size_t SIZES[] = {0, 1, 519, 520, 521, 548, 576, 1183, 1184, 1185, 1232, 1280, 1500, 9000};
    for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++) {
        ask(AF_INET, "127.0.0.1", SIZES[i]);
        ask(AF_INET6, "::1", SIZES[i]);
        ask(AF_INET6, "::ffff:127.0.0.1", SIZES[i]);
    }
}
