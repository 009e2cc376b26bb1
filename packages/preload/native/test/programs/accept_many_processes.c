/* accept_many_processes.c: several processes that wait for one listener. */
#include "harness.h"

enum { PROCESSES = 4, CONNECTIONS = 40 };
static int listener, results[2];

static void serve(void *way) {
    int epoll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN | (way != NULL ? EPOLLEXCLUSIVE : 0)};
    MUST(epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event));
    for (;;) {
        MUST(epoll_wait(epoll, &event, 1, -1));
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) {
            if (errno != EAGAIN)
                _exit(1);
            continue;
        }
        char byte;
        fcntl(fd, F_SETFL, 0);
        if (read(fd, &byte, 1) != 1)
            _exit(2);
        if (byte == 'q')
            _exit(0);
        MUST(write(results[1], &byte, 1));
        MUST(write(fd, &byte, 1));
        close(fd);
    }
}

int main(void) {
    for (int way = 0; way < 2; way++) {
        listener = (int)MUST(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
        MUST(bind(listener, AT4("127.0.0.1", 7000 + way)));
        MUST(listen(listener, 100));
        MUST(pipe(results));
        pid_t children[PROCESSES];
        for (int i = 0; i < PROCESSES; i++)
            children[i] = in_child(serve, way == 0 ? NULL : &listener);
        int served = 0;
        for (int i = 0; i < CONNECTIONS; i++) {
            char byte = 'x';
            int fd = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
            MUST(connect(fd, AT4("127.0.0.1", 7000 + way)));
            MUST(write(fd, &byte, 1));
            if (read(fd, &byte, 1) == 1 && read(fd, &byte, 1) == 0)
                served++;
            close(fd);
        }
        say("%d of %d", served, CONNECTIONS);
        for (int i = 0; i < PROCESSES; i++) {
            int fd = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
            MUST(connect(fd, AT4("127.0.0.1", 7000 + way)));
            MUST(write(fd, "q", 1));
            char byte;
            MUST(read(fd, &byte, 1));
        }
        for (int i = 0; i < PROCESSES; i++)
            finish(children[i]);
        close(listener);
        int fd = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
        CALL(connect(fd, AT4("127.0.0.1", 7000 + way)));
    }
}
