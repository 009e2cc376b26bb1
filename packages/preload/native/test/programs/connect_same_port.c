/* connect_same_port.c: clients with one port, each at another address of the loopback. */
#include "harness.h"

static int bound(const char *ip) {
    int fd = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    CALL(bind(fd, AT4(ip, 7321)));
    return fd;
}

int main(void) {
    int listener = listener_on(AF_INET, 0);
    int first = bound("127.0.0.1"), second = bound("127.0.0.2"), third = bound("127.0.0.3");
    int order[] = {second, first, third};
    for (int i = 0; i < 3; i++) {
        CALL(connect(order[i], LOCAL(AF_INET, port_of(listener))));
        int server = (int)MUST(accept(listener, NULL, NULL));
        NAMES(server);
        CALL(write(order[i], "hello", 5));
        READ(server, 10);
        CALL(close(order[i]));
        settle(server, POLLRDHUP);
        READ(server, 10);
        CALL(close(server));
    }
}
