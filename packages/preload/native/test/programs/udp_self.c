/* udp_self.c: a socket that talks to itself, and a client that talks to one that shares its address. */
#include "harness.h"

int main(void) {
    int fd = udp_on(AF_INET, 7000);
    CALL(sendto(fd, "to myself", 9, 0, AT4("127.0.0.1", 7000)));
    RECVFROM(fd, 20, 0);
    CALL(connect(fd, AT4("127.0.0.1", 7000)));
    NAMES(fd);
    CALL(send(fd, "connected", 9, 0));
    RECVFROM(fd, 20, 0);
    CALL(sendto(fd, "x", 1, 0, AT4("0.0.0.0", 7000)));
    RECVFROM(fd, 20, 0);

    say("the more exact address wins");
    int any = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    int exact = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    MUST(set_int(any, SOL_SOCKET, SO_REUSEADDR, 1));
    MUST(set_int(exact, SOL_SOCKET, SO_REUSEADDR, 1));
    CALL(bind(any, AT4("0.0.0.0", 7001)));
    CALL(bind(exact, AT4("127.0.0.1", 7001)));
    int sender = udp_on(AF_INET, 7002);
    MUST(sendto(sender, "exact", 5, 0, AT4("127.0.0.1", 7001)));
    RECV(exact, 10, MSG_DONTWAIT);
    RECV(any, 10, MSG_DONTWAIT);
    CALL(close(exact));
    MUST(sendto(sender, "any", 3, 0, AT4("127.0.0.1", 7001)));
    RECV(any, 10, MSG_DONTWAIT);
}
