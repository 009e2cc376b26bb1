/* epoll_kinds.c: registrations of every kind: once, by edges, exclusive, of duplicates, nested, and wrong ones. */
#include "harness.h"

static void wait_says(int epoll) {
    struct epoll_event events[8];
    int count = epoll_wait(epoll, events, 8, 0);
    if (count <= 0)
        say("  epoll_wait = %d", count);
    for (int i = 0; i < count; i++)
        say("  %d of %d: %s data %d", i + 1, count, event_names(events[i].events), (int)events[i].data.u64);
}

static int add(int epoll, int op, int fd, unsigned events, int data) {
    struct epoll_event event = {.events = events, .data.u64 = (unsigned)data};
    return epoll_ctl(epoll, op, fd, &event);
}

int main(void) {
    int epoll = (int)MUST(epoll_create1(0));
    struct pair pair = tcp_pair(AF_INET);
    CALL(add(epoll, EPOLL_CTL_ADD, pair.server, EPOLLIN | EPOLLONESHOT, 1));
    CALL(add(epoll, EPOLL_CTL_ADD, pair.server, EPOLLIN, 1));
    MUST(write(pair.client, "x", 1));
    settle(pair.server, POLLIN);
    wait_says(epoll);
    wait_says(epoll);
    MUST(write(pair.client, "x", 1));
    wait_says(epoll);
    CALL(add(epoll, EPOLL_CTL_MOD, pair.server, EPOLLIN | EPOLLONESHOT, 2));
    wait_says(epoll);
    wait_says(epoll);
    CALL(add(epoll, EPOLL_CTL_MOD, pair.server, EPOLLIN | EPOLLET | EPOLLRDHUP, 3));
    wait_says(epoll);
    wait_says(epoll);
    MUST(write(pair.client, "y", 1));
    settle(pair.server, POLLIN);
    wait_says(epoll);
    wait_says(epoll);
    MUST(shutdown(pair.client, SHUT_WR));
    settle(pair.server, POLLRDHUP);
    wait_says(epoll);
    wait_says(epoll);
    RECV(pair.server, 10, 0);
    wait_says(epoll);
    say("a duplicate");
    int copy = dup(pair.server);
    CALL(add(epoll, EPOLL_CTL_ADD, copy, EPOLLIN, 4));
    wait_says(epoll);
    close(copy);
    wait_says(epoll);
    CALL(add(epoll, EPOLL_CTL_DEL, copy, 0, 0));
    CALL(add(epoll, EPOLL_CTL_DEL, pair.server, 0, 0));
    close(pair.server);
    wait_says(epoll);
    close(epoll);
    epoll = (int)MUST(epoll_create1(0));
    say("edge, writing");
    pair = tcp_pair(AF_INET);
    MUST(set_int(pair.client, SOL_SOCKET, SO_SNDBUF, 8192));
    CALL(add(epoll, EPOLL_CTL_ADD, pair.client, EPOLLIN | EPOLLOUT | EPOLLET, 1));
    wait_says(epoll);
    wait_says(epoll);
    MUST(write(pair.server, "x", 1));
    settle(pair.client, POLLIN);
    wait_says(epoll);
    wait_says(epoll);
    say("edge, peer resets");
    struct linger linger = {.l_onoff = 1};
    MUST(setsockopt(pair.server, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
    close(pair.server);
    settle(pair.client, POLLERR);
    wait_says(epoll);
    wait_says(epoll);
    close(epoll);
    epoll = (int)MUST(epoll_create1(0));
    say("exclusive");
    int listener = listener_on(AF_INET, 7000);
    CALL(add(epoll, EPOLL_CTL_ADD, listener, EPOLLIN | EPOLLEXCLUSIVE, 5));
    CALL(add(epoll, EPOLL_CTL_MOD, listener, EPOLLIN, 5));
    CALL(add(epoll, EPOLL_CTL_MOD, listener, EPOLLIN | EPOLLEXCLUSIVE, 5));
    int client = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    MUST(connect(client, AT4("127.0.0.1", 7000)));
    settle(listener, POLLIN);
    wait_says(epoll);
    wait_says(epoll);
    CALL(add(epoll, EPOLL_CTL_ADD, client, EPOLLIN | EPOLLEXCLUSIVE | EPOLLRDHUP, 6));
    CALL(add(epoll, EPOLL_CTL_ADD, client, EPOLLIN | EPOLLEXCLUSIVE | EPOLLONESHOT, 6));
    CALL(add(epoll, EPOLL_CTL_DEL, listener, 0, 0));
    CALL(add(epoll, EPOLL_CTL_ADD, listener, EPOLLIN | EPOLLET, 7));
    wait_says(epoll);
    wait_says(epoll);
    int second = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    MUST(connect(second, AT4("127.0.0.1", 7000)));
    wait_says(epoll);
    wait_says(epoll);
    MUST(accept(listener, NULL, NULL));
    wait_says(epoll);
    CALL(shutdown(listener, SHUT_RDWR));
    wait_says(epoll);
    say("nested");
    int outer = (int)MUST(epoll_create1(0));
    pair = tcp_pair(AF_INET6);
    CALL(add(epoll, EPOLL_CTL_ADD, pair.server, EPOLLIN, 8));
    CALL(add(outer, EPOLL_CTL_ADD, epoll, EPOLLIN, 9));
    wait_says(outer);
    MUST(write(pair.client, "x", 1));
    settle(pair.server, POLLIN);
    wait_says(outer);
    POLL(epoll);
    CALL(add(epoll, EPOLL_CTL_ADD, epoll, EPOLLIN, 9));
    CALL(add(epoll, EPOLL_CTL_ADD, outer, EPOLLIN, 9));
    CALL(add(epoll, EPOLL_CTL_ADD, -1, EPOLLIN, 9));
    CALL(add(pair.client, EPOLL_CTL_ADD, pair.server, EPOLLIN, 9));
    CALL(epoll_wait(pair.client, &(struct epoll_event){0}, 1, 0));
    struct epoll_event event;
    CALL(epoll_wait(epoll, &event, 0, 0));
    say("unconnected");
    int fresh = (int)MUST(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    CALL(add(outer, EPOLL_CTL_ADD, fresh, EPOLLIN | EPOLLOUT | EPOLLET, 10));
    wait_says(outer);
    wait_says(outer);
    CALL(connect(fresh, AT4("127.0.0.1", 9)));
    settle(fresh, POLLERR | POLLHUP);
    wait_says(outer);
    wait_says(outer);
    OPTION(fresh, SOL_SOCKET, SO_ERROR);
    wait_says(outer);
}
