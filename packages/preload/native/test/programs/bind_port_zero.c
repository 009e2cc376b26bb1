/* bind_port_zero.c: ports that the system chooses. */
#include "harness.h"

enum { MANY = 2000 };

static void choose_many(int family, int type) {
    static int fds[MANY];
    static bool taken[65536];
    memset(taken, 0, sizeof taken);
    int twice = 0;
    int low = 0;
    for (int i = 0; i < MANY; i++) {
        fds[i] = (int)MUST(socket(family, type, 0));
        MUST(bind(fds[i], LOCAL(family, 0)));
        int port = port_of(fds[i]);
        twice += taken[port];
        low += port < 1024;
        taken[port] = true;
    }
    say("%d sockets, %d ports given twice, %d privileged", MANY, twice, low);
    for (int i = 0; i < MANY; i++)
        MUST(close(fds[i]));
}

int main(void) {
    int fd = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    CALL(bind(fd, AT4("127.0.0.1", 0)));
    NAMES(fd);
    CALL(bind(fd, AT4("127.0.0.1", 0)));
    int same = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    CALL(bind(same, AT4("127.0.0.1", port_of(fd))));
    int any = (int)MUST(socket(AF_INET6, SOCK_STREAM, 0));
    CALL(bind(any, AT6("::", 0)));
    NAMES(any);
    int datagram = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    CALL(bind(datagram, AT4("0.0.0.0", 0)));
    NAMES(datagram);

    choose_many(AF_INET, SOCK_STREAM);
    choose_many(AF_INET6, SOCK_STREAM);
    choose_many(AF_INET, SOCK_DGRAM);
    choose_many(AF_INET6, SOCK_DGRAM);
}
