/* data_of_nothing.c: datagrams without a byte, reads of no byte, and parts that are too many or too long. */
#include "harness.h"

int main(void) {
    struct pair pair = udp_pair(AF_INET);
    CALL(send(pair.client, "", 0, 0));
    POLL(pair.server);
    int size = 5;
    CALL(ioctl(pair.server, FIONREAD, &size));
    say("%d", size);
    RECV(pair.server, 10, MSG_PEEK);
    RECV(pair.server, 10, 0);
    RECV(pair.server, 10, MSG_DONTWAIT);
    CALL(send(pair.client, NULL, 0, 0));
    RECVFROM(pair.server, 0, 0);
    RECV(pair.server, 10, MSG_DONTWAIT);
    CALL(send(pair.client, "abc", 3, 0));
    RECV(pair.server, 0, MSG_PEEK);
    RECV(pair.server, 0, MSG_PEEK | MSG_TRUNC);
    RECV(pair.server, 0, 0);
    RECV(pair.server, 10, MSG_DONTWAIT);
    CALL(send(pair.client, "abc", 3, 0));
    READ(pair.server, 0);
    READ(pair.server, 10);
    CALL(write(pair.client, "", 0));
    MUST(fcntl(pair.server, F_SETFL, O_NONBLOCK));
    READ(pair.server, 10);
    struct iovec none = {NULL, 0};
    CALL(writev(pair.client, &none, 1));
    READ(pair.server, 10);
    CALL(writev(pair.client, &none, 0));
    READ(pair.server, 10);
    struct msghdr message = {0};
    CALL(sendmsg(pair.client, &message, 0));
    CALL(recvmsg(pair.server, &message, 0));
    say("flags %x", message.msg_flags);
    CALL(send(pair.client, "abc", 3, 0));
    CALL(recvmsg(pair.server, &message, 0));
    say("flags %x", message.msg_flags);
    struct pair tcp = tcp_pair(AF_INET);
    CALL(send(tcp.client, "", 0, 0));
    CALL(recvmsg(tcp.server, &message, MSG_DONTWAIT));
    RECV(tcp.server, 0, MSG_DONTWAIT);
    RECV(tcp.server, 5, MSG_DONTWAIT);
    CALL(writev(tcp.client, &none, 1));
    CALL(sendmsg(tcp.client, &(struct msghdr){0}, 0));
    struct iovec many[1100];
    for (int i = 0; i < 1100; i++)
        many[i] = (struct iovec){"x", 1};
    CALL(writev(tcp.client, many, 1025));
    CALL(writev(tcp.client, many, 1024));
    CALL(sendmsg(tcp.client, &(struct msghdr){.msg_iov = many, .msg_iovlen = 1025}, 0));
    CALL(readv(tcp.server, many, 1025));
    many[0].iov_len = (size_t)-1;
    CALL(writev(tcp.client, many, 1));
    CALL(sendmsg(pair.client, &(struct msghdr){.msg_iov = many, .msg_iovlen = 1}, 0));
}
