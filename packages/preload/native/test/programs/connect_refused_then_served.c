/* connect_refused_then_served.c: a nonblocking socket is refused, and tries again when somebody listens. */
#include "harness.h"

static void try_again(bool looks_at_error, bool watched) {
    say("%s%s", looks_at_error ? "after SO_ERROR" : "without a look at the error", watched ? ", watched by epoll" : "");
    int listener = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    MUST(bind(listener, AT4("127.0.0.1", 0)));
    int port = port_of(listener);
    int fd = (int)MUST(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    int epoll = (int)MUST(epoll_create1(0));
    struct epoll_event event = {.events = EPOLLOUT};
    CALL(connect(fd, AT4("127.0.0.1", port)));
    settle(fd, POLLOUT);
    if (looks_at_error)
        OPTION(fd, SOL_SOCKET, SO_ERROR);
    MUST(listen(listener, 1));
    if (watched)
        MUST(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
    CALL(connect(fd, AT4("127.0.0.1", port)));
    CALL(connect(fd, AT4("127.0.0.1", port)));
    if (watched)
        CALL(epoll_wait(epoll, &event, 1, 5000));
    settle(fd, POLLOUT);
    POLL(fd);
    OPTION(fd, SOL_SOCKET, SO_ERROR);
    CALL(send(fd, "served", 6, 0));
    int server = (int)TRY(accept(listener, NULL, NULL));
    READ(server, 10);
    close(epoll);
    close(fd);
    close(server);
    close(listener);
}

int main(void) {
    try_again(false, false);
    try_again(true, false);
    try_again(false, true);
    try_again(true, true);
}
