/* epoll_before_connect.c: sockets watched before they are connected, bound or listening. */
#include "harness.h"

static void watch(int epoll, int fd, unsigned events) {
    struct epoll_event event = {.events = events, .data.fd = fd};
    MUST(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
}

static bool edges_only;

static int by_descriptor(const void *a, const void *b) {
    return ((const struct epoll_event *)a)->data.fd - ((const struct epoll_event *)b)->data.fd;
}

static void look(int epoll, int wait_ms) {
    struct epoll_event events[4];
    int count = (int)MUST(epoll_wait(epoll, events, 4, wait_ms));
    qsort(events, (size_t)count, sizeof events[0], by_descriptor);
    int shown = 0;
    for (int i = 0; i < count; i++) {
        /* An edge of "writable" may come whenever the peer has read something. */
        if (edges_only && events[i].events == EPOLLOUT)
            continue;
        say("  descriptor %d: %s", events[i].data.fd, event_names(events[i].events));
        shown++;
    }
    if (shown == 0)
        say("  no events");
}

static void try_mode(const char *text, unsigned mode) {
    say("%s", text);
    edges_only = mode == EPOLLET;
    int epoll = (int)MUST(epoll_create1(0));
    int listener = (int)MUST(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    int client = (int)MUST(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    watch(epoll, listener, EPOLLIN | mode);
    look(epoll, 0);
    MUST(bind(listener, AT4("127.0.0.1", 0)));
    MUST(listen(listener, 5));
    look(epoll, 0);
    watch(epoll, client, EPOLLIN | EPOLLOUT | EPOLLRDHUP | mode);
    look(epoll, 0);
    CALL(connect(client, AT4("127.0.0.1", port_of(listener))));
    settle(listener, POLLIN);
    settle(client, POLLOUT);
    look(epoll, 5000);
    int server = (int)CALL(accept(listener, NULL, NULL));
    look(epoll, 0);
    watch(epoll, server, EPOLLIN | EPOLLRDHUP | mode);
    MUST(write(client, "data", 4));
    settle(server, POLLIN);
    look(epoll, 5000);
    look(epoll, 0);
    MUST(write(client, "more", 4));
    settle(server, POLLIN);
    look(epoll, 0);
    READ(server, 100);
    look(epoll, 0);
    CALL(shutdown(client, SHUT_WR));
    settle(server, POLLRDHUP);
    look(epoll, 5000);
    CALL(close(server));
    settle(client, POLLRDHUP);
    look(epoll, 5000);
    CALL(close(client));
    CALL(close(listener));
    look(epoll, 0);
    close(epoll);
}

int main(void) {
    try_mode("level-triggered", 0);
    try_mode("edge-triggered", EPOLLET);
}
