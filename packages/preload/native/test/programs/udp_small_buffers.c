/* udp_small_buffers.c: SO_SNDBUF bounds how much is on its way, not how large a datagram may be. */
#include "harness.h"

int main(void) {
    static char data[65507], received[65507];
    struct pair pair = udp_pair(AF_INET);
    int sizes[] = {2048, 8704, 17408, 33280, 4096};
    for (int i = 0; i < 5; i++) {
        CALL(set_int(pair.client, SOL_SOCKET, SO_SNDBUF, sizes[i]));
        OPTION(pair.client, SOL_SOCKET, SO_SNDBUF);
        for (int length = 1000; length <= 64000; length *= 4) {
            memset(data, 'a' + i, sizeof data);
            CALL(send(pair.client, data, (size_t)length, 0));
            CALL(recv(pair.server, received, sizeof received, 0));
            say("whole: %d", memcmp(data, received, (size_t)length) == 0);
        }
    }
    int other = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0)), receiver = udp_on(AF_INET, 7000);
    CALL(set_int(other, SOL_SOCKET, SO_SNDBUF, 4096));
    CALL(sendto(other, data, 40000, 0, AT4("127.0.0.1", 9)));
    CALL(sendto(other, data, sizeof data, 0, AT4("127.0.0.1", 7000)));
    CALL(recv(receiver, received, sizeof received, 0));
}
