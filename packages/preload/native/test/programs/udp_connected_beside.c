/* udp_connected_beside.c: a server that gives each client a connected socket on its own port. */
#include "harness.h"

static int server_socket(void) {
    int fd = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    MUST(set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1));
    MUST(set_int(fd, SOL_SOCKET, SO_REUSEPORT, 1));
    CALL(bind(fd, AT4("127.0.0.1", 7000)));
    return fd;
}

int main(void) {
    int any = server_socket();
    int alice = udp_on(AF_INET, 7001);
    int bob = udp_on(AF_INET, 7002);
    int for_alice = server_socket();
    CALL(connect(for_alice, AT4("127.0.0.1", 7001)));

    MUST(sendto(alice, "alice", 5, 0, AT4("127.0.0.1", 7000)));
    MUST(sendto(bob, "bob", 3, 0, AT4("127.0.0.1", 7000)));
    settle(any, POLLIN);
    settle(for_alice, POLLIN);
    RECVFROM(any, 100, MSG_DONTWAIT);
    RECVFROM(any, 100, MSG_DONTWAIT);
    RECVFROM(for_alice, 100, MSG_DONTWAIT);
    RECVFROM(for_alice, 100, MSG_DONTWAIT);
    CALL(send(for_alice, "hello alice", 11, 0));
    RECVFROM(alice, 100, 0);
    CALL(close(for_alice));
    MUST(sendto(alice, "alice again", 11, 0, AT4("127.0.0.1", 7000)));
    settle(any, POLLIN);
    RECVFROM(any, 100, 0);
}
