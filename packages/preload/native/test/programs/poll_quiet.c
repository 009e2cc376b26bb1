/* poll_quiet.c: whoever waits for less than a socket has to tell goes on waiting: for errors alone, or for room to write. */
#include "harness.h"

struct wait {
    int fd;
    short events;
    bool by_epoll;
    struct bell started;
    pid_t thread;
};

static void *wait_for(void *argument) {
    struct wait *wait = argument;
    wait->thread = this_thread();
    ring(wait->started);
    if (wait->by_epoll) {
        int epoll = (int)MUST(epoll_create1(0));
        struct epoll_event event = {.events = (unsigned)wait->events, .data.u64 = 5};
        MUST(epoll_ctl(epoll, EPOLL_CTL_ADD, wait->fd, &event));
        int result = epoll_wait(epoll, &event, 1, -1);
        say("  epoll_wait = %d, %s, data %d", result, event_names(event.events), (int)event.data.u64);
        close(epoll);
    } else {
        struct pollfd descriptor = {.fd = wait->fd, .events = wait->events};
        int result = poll(&descriptor, 1, -1);
        say("  poll = %d, %s", result, event_names((unsigned short)descriptor.revents));
    }
    return NULL;
}

static pthread_t start(struct wait *wait) {
    pthread_t thread;
    wait->started = new_bell();
    MUST(pthread_create(&thread, NULL, wait_for, wait));
    await_bell(wait->started);
    await_sleep(wait->thread);
    return thread;
}

static void try(bool by_epoll) {
    say(by_epoll ? "by epoll" : "by poll");
    struct pair pair = tcp_pair(AF_INET);
    MUST(shutdown(pair.client, SHUT_WR));
    MUST(close(pair.client));
    settle(pair.server, POLLRDHUP);
    struct pollfd at_once = {.fd = pair.server};
    CALL(poll(&at_once, 1, 0));
    CALL(poll(&at_once, 1, 10));
    struct timespec short_time = {.tv_nsec = 5000000};
    CALL(ppoll(&at_once, 1, &short_time, NULL));
    say("errors alone, the peer has closed; then it resets");
    struct wait wait = {.fd = pair.server, .events = 0, .by_epoll = by_epoll};
    pthread_t thread = start(&wait);
    MUST(write(pair.server, "x", 1));
    pthread_join(thread, NULL);
    close(pair.server);

    say("urgent data alone");
    pair = tcp_pair(AF_INET);
    MUST(write(pair.client, "y", 1));
    MUST(close(pair.client));
    settle(pair.server, POLLRDHUP);
    wait = (struct wait){.fd = pair.server, .events = POLLPRI, .by_epoll = by_epoll};
    thread = start(&wait);
    RECV(pair.server, 10, 0);
    MUST(write(pair.server, "x", 1));
    pthread_join(thread, NULL);
    close(pair.server);

    say("normal data where all is urgent");
    pair = tcp_pair(AF_INET);
    MUST(send(pair.client, "!", 1, MSG_OOB));
    settle(pair.server, POLLPRI);
    wait = (struct wait){.fd = pair.server, .events = POLLIN | POLLPRI, .by_epoll = by_epoll};
    thread = start(&wait);
    pthread_join(thread, NULL);
    CALL(shutdown(pair.client, SHUT_WR));
    settle(pair.server, POLLRDHUP);
    POLL(pair.server);
    close(pair.client);
    close(pair.server);
}

int main(void) {
    signal(SIGPIPE, SIG_IGN);
    try(false);
    try(true);
}
