/* epoll_wait(2) of 1,000 connected sockets, one of which has something to read. */
#include "bench.h"

#include <sys/epoll.h>
#include <unistd.h>

enum { CONNECTIONS = 500, SOCKETS = 2 * CONNECTIONS };

static int epoll, sockets[SOCKETS];

static void step(void) {
    static unsigned turn;
    char byte = 'x';
    struct epoll_event event;
    bench_check(write(sockets[turn++ * 7 % CONNECTIONS * 2], &byte, 1), "write");
    bench_check(epoll_wait(epoll, &event, 1, -1), "epoll_wait");
    bench_check(read(event.data.fd, &byte, 1), "read");
}

int main(int argc, char **argv) {
    bench_start(argc, argv);
    bench_want_descriptors();
    struct endpoint endpoint;
    int server = bench_server(SOCK_STREAM, &endpoint);
    epoll = (int)bench_check(epoll_create1(0), "epoll_create1");
    for (int i = 0; i < SOCKETS; i += 2)
        bench_connection(server, &endpoint, sockets + i);
    for (int i = 0; i < SOCKETS; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.fd = sockets[i]};
        bench_check(epoll_ctl(epoll, EPOLL_CTL_ADD, sockets[i], &event), "epoll_ctl");
    }
    bench_measure(step);
}
