/* option_default_buffers.c: the sizes of buffers that nobody set. */
#include "harness.h"

int main(void) {
    int tcp = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    OPTION(tcp, SOL_SOCKET, SO_RCVBUF);
    OPTION(tcp, SOL_SOCKET, SO_SNDBUF);
    int udp = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    OPTION(udp, SOL_SOCKET, SO_RCVBUF);
    OPTION(udp, SOL_SOCKET, SO_SNDBUF);
}
