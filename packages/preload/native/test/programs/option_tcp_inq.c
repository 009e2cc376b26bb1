/* option_tcp_inq.c: TCP_INQ of tcp(7): each message says how much is left to read. */
#include "harness.h"

static void receive(int fd, size_t size, int flags, size_t room) {
    char data[64], control[64];
    struct iovec part = {data, size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = room};
    ssize_t length = recvmsg(fd, &message, flags);
    say("%zd %s, control %zu, flags %x", length, length == -1 ? error_name(errno) : "", (size_t)message.msg_controllen,
        message.msg_flags);
    struct cmsghdr *header = length >= 0 ? CMSG_FIRSTHDR(&message) : NULL;
    if (header != NULL)
        say("  level %d, type %d, %d left", header->cmsg_level, header->cmsg_type, *(int *)CMSG_DATA(header));
}

int main(void) {
    struct pair pair = tcp_pair(AF_INET);
    CALL(set_int(pair.server, IPPROTO_TCP, TCP_INQ, 1));
    MUST(write(pair.client, "ten bytes.", 10));
    settle(pair.server, POLLIN);
    receive(pair.server, 3, 0, 64);
    receive(pair.server, 3, 0, 8);
    receive(pair.server, 3, MSG_PEEK, 64);
    receive(pair.server, 64, 0, 64);
    receive(pair.server, 64, MSG_DONTWAIT, 64);
    MUST(write(pair.client, "last", 4));
    MUST(shutdown(pair.client, SHUT_WR));
    settle(pair.server, POLLRDHUP);
    receive(pair.server, 2, 0, 64);
    receive(pair.server, 64, 0, 64);
    receive(pair.server, 64, 0, 64);
    CALL(set_int(pair.server, IPPROTO_TCP, TCP_INQ, 0));
    receive(pair.server, 64, 0, 64);
}
