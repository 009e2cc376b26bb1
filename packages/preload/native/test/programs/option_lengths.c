/* option_lengths.c: options with buffers of every length. */
#include "harness.h"

static void lengths(int fd, int level, int option, const char *name) {
    static const int given[] = {0, 1, 2, 3, 4, 5, 8, 16, -1};
    for (size_t i = 0; i < sizeof given / sizeof given[0]; i++) {
        unsigned char buffer[32];
        memset(buffer, 0xEE, sizeof buffer);
        socklen_t length = (socklen_t)given[i];
        errno = 0;
        int result = getsockopt(fd, level, option, buffer, &length);
        size_t written = sizeof buffer;
        while (written > 0 && buffer[written - 1] == 0xEE)
            written--;
        say("getsockopt %s, %d bytes = %d %s, length %d, wrote %zu", name, given[i], result, error_name(errno),
            (int)length, written);
        memset(buffer, 0, sizeof buffer);
        buffer[0] = 1;
        errno = 0;
        result = setsockopt(fd, level, option, buffer, (socklen_t)given[i]);
        say("setsockopt %s, %d bytes = %d %s", name, given[i], result, error_name(errno));
    }
}

#define LENGTHS(fd, level, option) lengths(fd, level, option, #option)

int main(void) {
    int fd = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    int six = (int)MUST(socket(AF_INET6, SOCK_STREAM, 0));
    LENGTHS(fd, SOL_SOCKET, SO_REUSEADDR);
    LENGTHS(fd, SOL_SOCKET, SO_TYPE);
    LENGTHS(fd, SOL_SOCKET, SO_DOMAIN);
    LENGTHS(fd, SOL_SOCKET, SO_PROTOCOL);
    LENGTHS(fd, SOL_SOCKET, SO_ERROR);
    LENGTHS(fd, SOL_SOCKET, SO_LINGER);
    LENGTHS(fd, IPPROTO_TCP, TCP_NODELAY);
    LENGTHS(fd, IPPROTO_TCP, TCP_KEEPIDLE);
    LENGTHS(fd, IPPROTO_IP, IP_TTL);
    LENGTHS(fd, IPPROTO_IP, IP_TOS);
    LENGTHS(six, IPPROTO_IPV6, IPV6_V6ONLY);
    struct in6_pktinfo source = {.ipi6_addr = IN6ADDR_LOOPBACK_INIT};
    socklen_t source_length = sizeof source;
    CALL(setsockopt(six, IPPROTO_IPV6, IPV6_PKTINFO, &source, sizeof source));
    CALL(setsockopt(six, IPPROTO_IPV6, IPV6_PKTINFO, &source, sizeof source - 1));
    CALL(getsockopt(six, IPPROTO_IPV6, IPV6_PKTINFO, &source, &source_length));
    int value = 1;
    socklen_t length = sizeof value;
    CALL(getsockopt(fd, SOL_SOCKET, SO_TYPE, NULL, &length));
    CALL(getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, NULL));
    CALL(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, NULL, sizeof value));
    CALL(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, NULL, sizeof value));
    CALL(getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, NULL, &length));
    CALL(getsockopt(-1, SOL_SOCKET, SO_TYPE, &value, &length));
    CALL(getsockopt(0, SOL_SOCKET, SO_TYPE, &value, &length));
    CALL(setsockopt(0, SOL_SOCKET, SO_REUSEADDR, &value, length));
}
