/* poll_full_shut.c: a stream whose writing half was shut is writable, however full it is: a write would fail at once. */
#include "harness.h"

#include <linux/capability.h>
#include <sys/syscall.h>

/* A connection that takes nothing more. */
static struct pair full_pair(void) {
    static const char block[65536];
    struct pair pair = tcp_pair(AF_INET);
    struct pollfd writable = {.fd = pair.client, .events = POLLOUT};
    MUST(fcntl(pair.client, F_SETFL, O_NONBLOCK));
    /* Until no acknowledgement is on its way that makes room. */
    do {
        while (write(pair.client, block, sizeof block) > 0)
            continue;
    } while (MUST(poll(&writable, 1, 200)) > 0);
    return pair;
}

static void show_epoll(int epoll) {
    struct epoll_event event;
    int count = epoll_wait(epoll, &event, 1, 0);
    say("epoll %s", count == 1 ? event_names(event.events) : "nothing");
}

static void show(void) {
    struct pair pair = full_pair();
    int epoll = (int)MUST(epoll_create1(0)), reading = (int)MUST(epoll_create1(0));
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.fd = pair.client};
    MUST(epoll_ctl(epoll, EPOLL_CTL_ADD, pair.client, &event));
    event.events = EPOLLIN;
    MUST(epoll_ctl(reading, EPOLL_CTL_ADD, pair.client, &event));
    say("full");
    POLL(pair.client);
    show_epoll(epoll);
    CALL(shutdown(pair.client, SHUT_WR));
    POLL(pair.client);
    select_says(pair.client);
    show_epoll(epoll);
    show_epoll(epoll);
    show_epoll(reading);
    CALL(poll(&(struct pollfd){.fd = pair.client, .events = POLLIN}, 1, 0));
    CALL(poll(&(struct pollfd){.fd = pair.client, .events = POLLOUT}, 1, -1));
    CALL(send(pair.client, "x", 1, MSG_NOSIGNAL));
    say("with something to read");
    MUST(write(pair.server, "answer", 6));
    settle(pair.client, POLLIN);
    POLL(pair.client);
    show_epoll(epoll);
    show_epoll(reading);
    MUST(close(epoll));
    MUST(close(reading));
    MUST(close(pair.client));
    MUST(close(pair.server));
}

struct waiter {
    int fd;
    bool by_epoll;
    struct bell ready;
    pid_t thread;
};

static void *wait_to_write(void *argument) {
    struct waiter *waiter = argument;
    struct epoll_event event = {.events = EPOLLOUT | EPOLLET};
    struct pollfd writable = {.fd = waiter->fd, .events = POLLOUT};
    int epoll = (int)MUST(epoll_create1(0));
    MUST(epoll_ctl(epoll, EPOLL_CTL_ADD, waiter->fd, &event));
    waiter->thread = this_thread();
    ring(waiter->ready);
    if (waiter->by_epoll)
        CALL(epoll_wait(epoll, &event, 1, -1));
    else
        CALL(poll(&writable, 1, -1));
    say("woken for %s", event_names(waiter->by_epoll ? event.events : (unsigned)writable.revents));
    MUST(close(epoll));
    return NULL;
}

static void show_waiting(bool by_epoll) {
    struct pair pair = full_pair();
    struct waiter waiter = {.fd = pair.client, .by_epoll = by_epoll, .ready = new_bell()};
    pthread_t thread;
    say("another thread waits");
    pthread_create(&thread, NULL, wait_to_write, &waiter);
    await_bell(waiter.ready);
    await_sleep(waiter.thread);
    MUST(shutdown(pair.client, SHUT_WR));
    pthread_join(thread, NULL);
    MUST(close(pair.client));
    MUST(close(pair.server));
}

static void drop_capabilities(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {0};
    MUST(syscall(SYS_capset, &header, none));
}

int main(void) {
    show();
    show_waiting(false);
    show_waiting(true);
    say("without capabilities");
    drop_capabilities();
    show();
}
