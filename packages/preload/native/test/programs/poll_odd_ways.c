/* poll_odd_ways.c: poll(2) with descriptors that are none, and SO_RCVLOWAT, which every way of waiting heeds. */
#include "harness.h"

int main(void) {
    struct pair pair = tcp_pair(AF_INET);
    int closed = dup(pair.client);
    close(closed);
    struct pollfd fds[4] = {
        {.fd = pair.client, .events = POLLOUT},
        {.fd = closed, .events = POLLIN},
        {.fd = -1, .events = POLLIN, .revents = 7},
        {.fd = -pair.server, .events = POLLIN},
    };
    CALL(poll(fds, 4, -1));
    for (int i = 0; i < 4; i++)
        say("%d: %s", i, event_names((unsigned short)fds[i].revents));
    CALL(poll(NULL, 0, 1));
    struct pollfd same[3] = {{.fd = pair.client, .events = POLLOUT}, {.fd = pair.client, .events = POLLIN}, {.fd = pair.client, .events = POLLOUT}};
    CALL(poll(same, 3, 0));
    for (int i = 0; i < 3; i++)
        say("%d: %s", i, event_names((unsigned short)same[i].revents));
    struct timespec bad = {.tv_nsec = -1};
    CALL(ppoll(same, 1, &bad, NULL));
    say("SO_RCVLOWAT");
    CALL(set_int(pair.server, SOL_SOCKET, SO_RCVLOWAT, 5));
    OPTION(pair.server, SOL_SOCKET, SO_RCVLOWAT);
    MUST(write(pair.client, "abc", 3));
    struct pollfd one = {.fd = pair.server, .events = POLLIN};
    CALL(poll(&one, 1, 50));
    int epoll = (int)MUST(epoll_create1(0));
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT};
    MUST(epoll_ctl(epoll, EPOLL_CTL_ADD, pair.server, &event));
    CALL(epoll_wait(epoll, &event, 1, 0));
    say("%s", event_names(event.events));
    fd_set set;
    FD_ZERO(&set);
    FD_SET(pair.server, &set);
    struct timeval now = {0};
    CALL(select(pair.server + 1, &set, NULL, NULL, &now));
    RECV(pair.server, 10, MSG_DONTWAIT);
    MUST(write(pair.client, "abc", 3));
    MUST(write(pair.client, "def", 3));
    settle(pair.server, POLLIN);
    RECV(pair.server, 10, 0);
    MUST(write(pair.client, "end", 3));
    MUST(shutdown(pair.client, SHUT_WR));
    settle(pair.server, POLLRDHUP);
    POLL(pair.server);
    RECV(pair.server, 10, 0);
    RECV(pair.server, 10, 0);
    CALL(set_int(pair.server, SOL_SOCKET, SO_RCVLOWAT, 0));
    OPTION(pair.server, SOL_SOCKET, SO_RCVLOWAT);
    CALL(set_int(pair.server, SOL_SOCKET, SO_RCVLOWAT, -1));
    OPTION(pair.server, SOL_SOCKET, SO_RCVLOWAT);
    int udp = udp_on(AF_INET, 7001);
    CALL(set_int(udp, SOL_SOCKET, SO_RCVLOWAT, 100));
    MUST(sendto(udp, "x", 1, 0, AT4("127.0.0.1", 7001)));
    settle(udp, POLLIN);
    POLL(udp);
    RECV(udp, 10, 0);
}
