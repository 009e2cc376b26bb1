/* udp_truncation.c: buffers that are too small for the datagram. */
#include "harness.h"

int main(void) {
    struct pair pair = udp_pair(AF_INET);
    for (int i = 0; i < 9; i++)
        MUST(send(pair.client, "0123456789", 10, 0));
    RECV(pair.server, 4, 0);
    RECV(pair.server, 4, MSG_TRUNC);
    RECV(pair.server, 20, MSG_TRUNC);
    RECV(pair.server, 4, MSG_PEEK | MSG_TRUNC);
    RECV(pair.server, 0, MSG_PEEK | MSG_TRUNC);
    RECVFROM(pair.server, 4, MSG_PEEK);
    RECV(pair.server, 4, MSG_WAITALL);
    READ(pair.server, 4);
    RECVFROM(pair.server, 4, 0);

    char buffer[4];
    struct iovec part = {buffer, sizeof buffer};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    CALL(recvmsg(pair.server, &message, 0));
    say("flags %s, length %zu", message.msg_flags == MSG_TRUNC ? "MSG_TRUNC" : "?", part.iov_len);
    CALL(recvmsg(pair.server, &message, MSG_TRUNC));
    say("flags %s", message.msg_flags == MSG_TRUNC ? "MSG_TRUNC" : "?");
    part.iov_len = 0;
    CALL(recvmsg(pair.server, &message, 0));
    say("flags %s", message.msg_flags == MSG_TRUNC ? "MSG_TRUNC" : "?");
    RECV(pair.server, 4, MSG_DONTWAIT);
}
