/* data_preadv2.c: preadv2(2) and pwritev2(2), which are readv(2) and writev(2) on sockets, at the offset -1. */
#include "harness.h"

#include <sys/syscall.h>
#include <sys/uio.h>

#ifdef __GLIBC__
enum { OF_FILES = 0x7, NO_WAIT = 0x8, OF_NO_KERNEL = 0x40000000 };

static void calls(int from, int to) {
    char data[8] = "";
    struct iovec out[] = {{"ab", 2}, {"cd", 2}}, in[] = {{data, 3}, {data + 3, 3}}, nothing = {data, 0};
    CALL(pwritev2(from, out, 2, -1, 0));
    CALL(pwritev2(from, out, 2, -1, OF_FILES));
    CALL(pwritev2(from, out, 1, -1, NO_WAIT));
    settle(to, POLLIN);
    CALL(preadv2(to, in, 2, -1, 0));
    say("%s", data);
    CALL(preadv2(to, in, 2, -1, OF_FILES | NO_WAIT));
    say("%s", data);
    CALL(preadv2(to, in, 1, -1, NO_WAIT));
    CALL(preadv2(to, in, 1, -1, NO_WAIT));
    CALL(preadv2(to, &nothing, 1, -1, NO_WAIT));
    CALL(preadv2(to, in, 1, 0, 0));
    CALL(pwritev2(from, out, 1, 0, 0));
    CALL(preadv2(to, in, 1, -2, 0));
    CALL(preadv2(to, in, -1, -1, 0));
    CALL(preadv2(to, in, 1, -1, OF_NO_KERNEL));
    CALL(pwritev2(from, out, 1, -1, OF_NO_KERNEL));
    CALL(preadv2(to, (struct iovec *)-4096, 1, -1, 0));
    CALL(syscall(SYS_pwritev2, from, out, 2, -1L, 0L, 0));
    settle(to, POLLIN);
    CALL(syscall(SYS_preadv2, to, in, 2, -1L, 0L, 0));
}

static void ends(void) {
    say("-- at the end");
    struct pair pair = tcp_pair(AF_INET);
    char data[8];
    struct iovec in = {data, sizeof data}, out = {"x", 1};
    CALL(close(pair.server));
    settle(pair.client, POLLRDHUP);
    CALL(preadv2(pair.client, &in, 1, -1, NO_WAIT));
    CALL(pwritev2(pair.client, &out, 1, -1, 0));
    settle(pair.client, POLLERR);
    CALL(preadv2(pair.client, &in, 1, -1, 0));
    signal(SIGPIPE, SIG_IGN);
    CALL(pwritev2(pair.client, &out, 1, -1, 0));
    CALL(close(pair.client));
}

int main(void) {
    say("-- TCP");
    struct pair pair = tcp_pair(AF_INET6);
    calls(pair.client, pair.server);
    say("-- UDP");
    int to = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0)), from = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    MUST(bind(to, AT4("127.0.0.1", 7330)));
    MUST(connect(from, AT4("127.0.0.1", 7330)));
    calls(from, to);
    ends();
}
#else
int main(void) {
    return 0;
}
#endif
