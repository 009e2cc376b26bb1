/* udp_address_lengths.c: the sender's address in buffers of every length. */
#include "harness.h"

static void receive_with(int family, int given, bool message) {
    struct pair pair = udp_pair(family);
    unsigned char buffer[160];
    memset(buffer, 0xEE, sizeof buffer);
    MUST(send(pair.client, "data", 4, 0));
    settle(pair.server, POLLIN);
    char data[10];
    struct iovec part = {data, sizeof data};
    struct msghdr header = {.msg_name = buffer, .msg_namelen = (socklen_t)given, .msg_iov = &part, .msg_iovlen = 1};
    socklen_t length = (socklen_t)given;
    errno = 0;
    ssize_t result = message ? recvmsg(pair.server, &header, 0)
                             : recvfrom(pair.server, data, sizeof data, 0, (struct sockaddr *)buffer, &length);
    if (message)
        length = header.msg_namelen;
    size_t written = sizeof buffer;
    while (written > 0 && buffer[written - 1] == 0xEE)
        written--;
    say("%s, %d bytes = %zd %s, length %d, family %d, wrote %s than given", message ? "recvmsg" : "recvfrom", given,
        result, error_name(errno), (int)length, written >= 2 ? buffer[0] : -1,
        given < 0 || written <= (size_t)given ? "no more" : "MORE");
    RECV(pair.server, 10, MSG_DONTWAIT);
    close(pair.client);
    close(pair.server);
}

int main(void) {
    static const int lengths[] = {0, 1, 2, 8, 15, 16, 17, 27, 28, 29, 128, -1};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        receive_with(AF_INET, lengths[i], false);
        receive_with(AF_INET6, lengths[i], false);
        receive_with(AF_INET, lengths[i], true);
        receive_with(AF_INET6, lengths[i], true);
    }
    struct pair pair = udp_pair(AF_INET);
    MUST(send(pair.client, "data", 4, 0));
    char data[10];
    CALL(recvfrom(pair.server, data, sizeof data, 0, NULL, NULL));
    MUST(send(pair.client, "data", 4, 0));
    struct sockaddr_in from;
    CALL(recvfrom(pair.server, data, sizeof data, 0, (struct sockaddr *)&from, NULL));
}
