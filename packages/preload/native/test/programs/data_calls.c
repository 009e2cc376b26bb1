/* data_calls.c: every call that sends and every call that receives, on TCP. */
#include "harness.h"

static void calls(int family) {
    struct pair pair = tcp_pair(family);
    int from = pair.client;
    int to = pair.server;
    char first[4] = "";
    char second[32] = "";
    struct iovec out[3] = {{"one ", 4}, {"", 0}, {"two", 3}};
    struct iovec in[2] = {{first, 3}, {second, sizeof second - 1}};

    CALL(write(from, "write", 5));
    READ(to, 100);
    CALL(send(from, "send", 4, 0));
    RECV(to, 100, 0);
    CALL(sendto(from, "sendto", 6, 0, NULL, 0));
    RECVFROM(to, 100, 0);
    CALL(sendto(from, "with address", 12, 0, LOCAL(family, 7000)));
    RECVFROM(to, 100, 0);
    CALL(writev(from, out, 3));
    CALL(readv(to, in, 2));
    say("read \"%s\" and \"%s\"", first, second);

    struct sockaddr_storage name;
    char control[128];
    struct msghdr message = {.msg_iov = out, .msg_iovlen = 3};
    CALL(sendmsg(from, &message, 0));
    memset(second, 0, sizeof second);
    struct msghdr received = {.msg_name = &name,
                              .msg_namelen = sizeof name,
                              .msg_iov = in,
                              .msg_iovlen = 2,
                              .msg_control = control,
                              .msg_controllen = sizeof control,
                              .msg_flags = MSG_OOB};
    CALL(recvmsg(to, &received, 0));
    say("read \"%s\" and \"%s\", name length %u, control length %zu, flags %d", first, second, received.msg_namelen,
        (size_t)received.msg_controllen, received.msg_flags);
    say("the message is as it was: %d", received.msg_iov == in && received.msg_iovlen == 2 && in[0].iov_len == 3 &&
                                            in[1].iov_len == sizeof second - 1 && in[0].iov_base == first);
    message.msg_name = (void *)local_address(family, 7000);
    message.msg_namelen = local_length(family);
    CALL(sendmsg(from, &message, 0));
    RECV(to, 100, 0);

    say("nothing at all");
    CALL(send(from, "", 0, 0));
    CALL(write(from, "", 0));
    CALL(writev(from, NULL, 0));
    CALL(recv(to, second, 0, MSG_DONTWAIT));
    CALL(read(to, second, 0));
    CALL(recv(to, second, 10, MSG_DONTWAIT));
    close(from);
    READ(to, 10);
    CALL(recv(to, second, 0, 0));
}

int main(void) {
    calls(AF_INET);
    calls(AF_INET6);
}
