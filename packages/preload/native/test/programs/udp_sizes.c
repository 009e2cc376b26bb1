/* udp_sizes.c: datagrams of no bytes, of the most bytes and of more. */
#include "harness.h"

static char buffer[70000];

static void sizes(int family) {
    struct pair pair = udp_pair(family);
    static const size_t lengths[] = {0, 1, 1472, 1473, 65507, 65508, 65527, 65528, 65535, 65536, 69999};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        errno = 0;
        ssize_t sent = send(pair.client, buffer, lengths[i], 0);
        say("send of %zu = %zd %s", lengths[i], sent, error_name(errno));
        if (sent < 0)
            continue;
        settle(pair.server, POLLIN);
        CALL(recv(pair.server, buffer, sizeof buffer, 0));
    }
    say("empty ones");
    CALL(write(pair.client, "", 0));
    RECV(pair.server, 10, MSG_DONTWAIT);
    CALL(send(pair.client, NULL, 0, 0));
    CALL(read(pair.server, buffer, 0));
    RECVFROM(pair.server, 10, 0);
    struct msghdr message = {.msg_iov = NULL};
    CALL(sendmsg(pair.client, &message, 0));
    CALL(recvmsg(pair.server, &message, 0));
    CALL(send(pair.client, "after", 5, 0));
    RECV(pair.server, 10, 0);
    CALL(sendto(pair.client, (void *)1, 5, 0, LOCAL(family, port_of(pair.server))));
    RECV(pair.server, 10, MSG_DONTWAIT);
}

int main(void) {
    say("IPv4");
    sizes(AF_INET);
    say("IPv6");
    sizes(AF_INET6);
}
