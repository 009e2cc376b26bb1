/* epoll_udp.c: UDP sockets under epoll(7). */
#include "harness.h"

static void look(int epoll) {
    struct epoll_event event;
    int count = (int)MUST(epoll_wait(epoll, &event, 1, 0));
    say("  %s", count == 0 ? "no event" : event_names(event.events));
}

static void try_mode(const char *text, unsigned mode) {
    say("%s", text);
    int epoll = (int)MUST(epoll_create1(0));
    int receiver = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    struct epoll_event event = {.events = EPOLLIN | mode};
    CALL(epoll_ctl(epoll, EPOLL_CTL_ADD, receiver, &event));
    CALL(epoll_ctl(epoll, EPOLL_CTL_ADD, receiver, &event));
    look(epoll);
    MUST(bind(receiver, AT4("127.0.0.1", 7000)));
    int sender = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    for (int i = 0; i < 2; i++) {
        MUST(sendto(sender, "x", 1, 0, AT4("127.0.0.1", 7000)));
        settle(receiver, POLLIN);
        look(epoll);
        look(epoll);
    }
    RECV(receiver, 10, 0);
    look(epoll);
    RECV(receiver, 10, 0);
    look(epoll);
    MUST(sendto(sender, "x", 1, 0, AT4("127.0.0.1", 7000)));
    settle(receiver, POLLIN);
    look(epoll);
    event.events |= EPOLLONESHOT;
    CALL(epoll_ctl(epoll, EPOLL_CTL_MOD, receiver, &event));
    look(epoll);
    look(epoll);
    int copy = (int)MUST(dup(receiver));
    CALL(epoll_ctl(epoll, EPOLL_CTL_DEL, copy, &event));
    CALL(epoll_ctl(epoll, EPOLL_CTL_DEL, receiver, &event));
    CALL(epoll_ctl(epoll, EPOLL_CTL_ADD, copy, &event));
    look(epoll);
    MUST(close(copy));
    MUST(close(receiver));
    MUST(close(sender));
    MUST(close(epoll));
}

int main(void) {
    try_mode("level-triggered", 0);
    try_mode("edge-triggered", EPOLLET);
}
