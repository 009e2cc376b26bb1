/* udp_shutdown.c: shutdown(2) of datagram sockets: who sends to one that does not read notices nothing. */
#include "harness.h"

static void receive(int fd) {
    char bytes[8] = "";
    struct sockaddr_storage from;
    struct iovec part = {bytes, sizeof bytes};
    struct msghdr message = {.msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &part, .msg_iovlen = 1};
    ssize_t length = recvmsg(fd, &message, 0);
    show_bytes("recvmsg", bytes, length);
    say("a name of %u bytes, flags %x", (unsigned)message.msg_namelen, message.msg_flags);
}

static void shut(int how) {
    struct pair pair = udp_pair(AF_INET);
    say("how %d", how);
    CALL(send(pair.client, "before", 6, 0));
    settle(pair.server, POLLIN);
    CALL(shutdown(pair.server, how));
    POLL(pair.server);
    receive(pair.server);
    if (how != SHUT_WR)
        receive(pair.server);
    CALL(send(pair.client, "after", 5, 0));
    CALL(send(pair.client, "again", 5, 0));
    POLL(pair.client);
    OPTION(pair.client, SOL_SOCKET, SO_ERROR);
    receive(pair.server);
    receive(pair.server);
    if (how != SHUT_WR)
        receive(pair.server);
    CALL(send(pair.server, "answer", 6, MSG_NOSIGNAL));
    RECV(pair.client, 10, MSG_DONTWAIT);
    NAMES(pair.server);
    close(pair.client);
    close(pair.server);
}

int main(void) {
    shut(SHUT_RD);
    shut(SHUT_WR);
    shut(SHUT_RDWR);

    say("not connected");
    int fd = udp_on(AF_INET, 7000), sender = udp_on(AF_INET, 7001);
    CALL(shutdown(fd, SHUT_RD));
    receive(fd);
    CALL(sendto(sender, "hello", 5, 0, AT4("127.0.0.1", 7000)));
    receive(fd);
    receive(fd);
}
