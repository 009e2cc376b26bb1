/* data_pending.c: how much waits to be read and to be sent. */
#include "harness.h"
#include <linux/sockios.h>

static void pending(const char *text, int fd) {
    int in = -1;
    int out = -1;
    errno = 0;
    int in_result = ioctl(fd, FIONREAD, &in);
    int in_error = errno;
    errno = 0;
    int out_result = ioctl(fd, SIOCOUTQ, &out);
    say("%s: FIONREAD = %d %s, %d bytes; SIOCOUTQ = %d %s, %d bytes", text, in_result, error_name(in_error), in,
        out_result, error_name(errno), out);
}

int main(void) {
    int fresh = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    pending("a fresh socket", fresh);
    MUST(listen(fresh, 1));
    pending("a listener", fresh);

    struct pair pair = tcp_pair(AF_INET);
    pending("connected", pair.server);
    MUST(write(pair.client, "hello", 5));
    MUST(write(pair.client, "world", 5));
    settle(pair.server, POLLIN);
    pending("ten bytes", pair.server);
    RECV(pair.server, 3, 0);
    pending("three read", pair.server);
    MUST(close(pair.client));
    settle(pair.server, POLLRDHUP);
    pending("the peer closed", pair.server);
    RECV(pair.server, 100, 0);
    pending("and all is read", pair.server);

    say("datagrams count one by one");
    struct pair udp = udp_pair(AF_INET);
    pending("none", udp.server);
    MUST(send(udp.client, "four", 4, 0));
    MUST(send(udp.client, "sixsix", 6, 0));
    settle(udp.server, POLLIN);
    pending("two", udp.server);
    RECV(udp.server, 100, 0);
    pending("one", udp.server);
    RECV(udp.server, 100, 0);
    MUST(send(udp.client, "", 0, 0));
    settle(udp.server, POLLIN);
    pending("an empty one", udp.server);
    int on;
    CALL(ioctl(udp.server, 0x1234, &on));
    CALL(ioctl(pair.server, 0x1234, &on));
}
