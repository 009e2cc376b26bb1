/* data_scatter.c: vectors of every size. */
#include "harness.h"
#include <limits.h>

int main(void) {
    static struct iovec parts[IOV_MAX + 1];
    static char bytes[IOV_MAX + 1];
    memset(bytes, 'v', sizeof bytes);
    for (int i = 0; i <= IOV_MAX; i++)
        parts[i] = (struct iovec){&bytes[i], 1};

    struct pair pair = tcp_pair(AF_INET);
    CALL(writev(pair.client, parts, IOV_MAX));
    CALL(readv(pair.server, parts, IOV_MAX));
    CALL(writev(pair.client, parts, IOV_MAX + 1));
    CALL(readv(pair.server, parts, IOV_MAX + 1));
    volatile int negative = -1;
    CALL(writev(pair.client, parts, negative));
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = IOV_MAX + 1};
    CALL(sendmsg(pair.client, &message, 0));
    CALL(recvmsg(pair.server, &message, MSG_DONTWAIT));
    message.msg_iovlen = 0;
    CALL(sendmsg(pair.client, &message, 0));
    CALL(recvmsg(pair.server, &message, MSG_DONTWAIT));
    CALL(sendmsg(pair.client, NULL, 0));
    CALL(recvmsg(pair.client, NULL, 0));

    say("three times 1000 bytes, in one piece");
    static char thousand[3000];
    struct iovec three[3] = {{thousand, 1000}, {thousand + 1000, 1000}, {thousand + 2000, 1000}};
    CALL(writev(pair.client, three, 3));
    CALL(readv(pair.server, three, 3));
    static char hundred_thousand[100000];
    struct iovec one = {hundred_thousand, sizeof hundred_thousand};
    message = (struct msghdr){.msg_iov = &one, .msg_iovlen = 1};
    CALL(sendmsg(pair.client, &message, 0));
    CALL(recvmsg(pair.server, &message, MSG_WAITALL));
    say("length %zu, name length %u, flags %d", one.iov_len, message.msg_namelen, message.msg_flags);
    CALL(sendmsg(pair.client, &message, 0));
    CALL(recv(pair.server, one.iov_base, 65536, MSG_WAITALL));
    CALL(recv(pair.server, one.iov_base, 100000 - 65536, MSG_WAITALL));

    say("an address of data that is none, after one that is");
    struct iovec half[2] = {{"good", 4}, {(void *)1, 4}};
    CALL(writev(pair.client, half, 2));
    CALL(preadv(pair.client, half, 1, 0));
}
