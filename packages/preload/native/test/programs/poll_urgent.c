/* poll_urgent.c: an urgent byte is nothing to read, for those who ask for it and those who do not. */
#include "harness.h"

#include <sys/select.h>

static void poll_says(int fd, short events) {
    struct pollfd state = {.fd = fd, .events = events};
    int count = poll(&state, 1, 0);
    say("poll for %s: %d %s", event_names((unsigned)events), count, count == 1 ? event_names((unsigned)state.revents) : "");
}

static void select_reads(int fd) {
    struct timeval now = {0};
    fd_set set;
    FD_ZERO(&set);
    FD_SET(fd, &set);
    int count = select(fd + 1, &set, NULL, NULL, &now);
    say("select for reading: %d", count);
}

static void epoll_says(const char *text, int epoll) {
    struct epoll_event event;
    int count = epoll_wait(epoll, &event, 1, 0);
    say("epoll for %s: %d %s", text, count, count == 1 ? event_names(event.events) : "");
}

struct epolls {
    int reading, edges, both, priority;
};

static int watching(int fd, uint32_t events) {
    int epoll = (int)MUST(epoll_create1(0));
    struct epoll_event event = {.events = events};
    MUST(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
    return epoll;
}

static void show(const char *text, int fd, const struct epolls *epolls) {
    say("%s", text);
    poll_says(fd, POLLIN);
    poll_says(fd, POLLIN | POLLPRI);
    poll_says(fd, POLLPRI);
    poll_says(fd, POLLIN | POLLOUT);
    select_reads(fd);
    for (int i = 0; i < 2; i++) {
        epoll_says("reading", epolls->reading);
        epoll_says("edges", epolls->edges);
        epoll_says("both", epolls->both);
        epoll_says("priority", epolls->priority);
    }
}

static void urgent(int family) {
    struct pair pair = tcp_pair(family);
    int fd = pair.server;
    struct epolls epolls = {watching(fd, EPOLLIN), watching(fd, EPOLLIN | EPOLLET), watching(fd, EPOLLIN | EPOLLPRI), watching(fd, EPOLLPRI)};
    show("nothing", fd, &epolls);
    MUST(send(pair.client, "u", 1, MSG_OOB));
    settle(fd, POLLPRI);
    show("an urgent byte", fd, &epolls);
    RECV(fd, 10, MSG_DONTWAIT);
    RECV(fd, 1, MSG_OOB);
    show("it was taken", fd, &epolls);
    RECV(fd, 10, MSG_DONTWAIT);
    MUST(send(pair.client, "more", 4, 0));
    settle(fd, POLLIN);
    show("something to read", fd, &epolls);
    RECV(fd, 10, 0);
    show("it was read", fd, &epolls);
    MUST(send(pair.client, "readU", 5, MSG_OOB));
    settle(fd, POLLPRI);
    show("something to read, and an urgent byte", fd, &epolls);
    RECV(fd, 10, 0);
    show("the urgent byte is left", fd, &epolls);
    MUST(close(pair.client));
    settle(fd, POLLRDHUP);
    show("the end", fd, &epolls);
    MUST(close(fd));
}

struct waiter {
    int fd;
    struct bell ready;
    pid_t thread;
};

static void *read_later(void *argument) {
    struct waiter *waiter = argument;
    struct pollfd readable = {.fd = waiter->fd, .events = POLLIN};
    waiter->thread = this_thread();
    ring(waiter->ready);
    CALL(poll(&readable, 1, -1));
    RECV(waiter->fd, 10, MSG_DONTWAIT);
    return NULL;
}

/* Who waits for something to read sleeps on. */
static void a_reader_sleeps_on(void) {
    struct pair pair = tcp_pair(AF_INET);
    struct waiter waiter = {.fd = pair.server, .ready = new_bell()};
    pthread_t thread;
    say("a reader waits");
    pthread_create(&thread, NULL, read_later, &waiter);
    await_bell(waiter.ready);
    await_sleep(waiter.thread);
    MUST(send(pair.client, "u", 1, MSG_OOB));
    settle(pair.server, POLLPRI);
    await_sleep(waiter.thread);
    MUST(send(pair.client, "data", 4, 0));
    pthread_join(thread, NULL);
    RECV(pair.server, 1, MSG_OOB);
    MUST(close(pair.client));
    MUST(close(pair.server));
}

int main(void) {
    urgent(AF_INET);
    urgent(AF_INET6);
    a_reader_sleeps_on();
}
