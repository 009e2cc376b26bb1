/* name_lengths.c: addresses in buffers of every length. */
#include "harness.h"

typedef int name_call(int, struct sockaddr *, socklen_t *);

static int local(int fd, struct sockaddr *address, socklen_t *length) { return getsockname(fd, address, length); }
static int peer(int fd, struct sockaddr *address, socklen_t *length) { return getpeername(fd, address, length); }

static void try_length(const char *text, name_call *call, int fd, socklen_t given) {
    unsigned char buffer[160];
    memset(buffer, 0xEE, sizeof buffer);
    socklen_t length = given;
    errno = 0;
    int result = call(fd, (struct sockaddr *)buffer, &length);
    size_t written = sizeof buffer;
    while (written > 0 && buffer[written - 1] == 0xEE)
        written--;
    say("%s, %d bytes = %d %s, length %d, family %d, wrote %s than given", text, (int)given, result,
        result == -1 ? error_name(errno) : "", (int)length, written >= 2 ? buffer[0] : -1,
        written <= given ? "no more" : "MORE");
}

static void try_lengths(const char *text, name_call *call, int fd) {
    static const socklen_t lengths[] = {0, 1, 2, 3, 8, 15, 16, 17, 24, 27, 28, 29, 110, 128, (socklen_t)-1};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
        try_length(text, call, fd, lengths[i]);
}

int main(void) {
    struct pair four = tcp_pair(AF_INET);
    struct pair six = tcp_pair(AF_INET6);
    try_lengths("getsockname of TCP/IPv4", local, four.client);
    try_lengths("getpeername of TCP/IPv4", peer, four.client);
    try_lengths("getsockname of TCP/IPv6", local, six.client);
    try_lengths("getpeername of TCP/IPv6", peer, six.client);
    try_lengths("getsockname of UDP/IPv4", local, udp_pair(AF_INET).client);
    try_lengths("getpeername of UDP/IPv6", peer, udp_pair(AF_INET6).client);
    try_lengths("getpeername, unconnected", peer, (int)MUST(socket(AF_INET, SOCK_STREAM, 0)));

    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    CALL(getsockname(four.client, NULL, &length));
    CALL(getsockname(four.client, (struct sockaddr *)&address, NULL));
    CALL(getpeername(four.client, NULL, &length));
    CALL(getpeername(-1, (struct sockaddr *)&address, &length));
    CALL(getsockname(0, (struct sockaddr *)&address, &length));
}
