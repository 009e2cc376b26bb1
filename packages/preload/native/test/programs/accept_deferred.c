/* accept_deferred.c: a listener with TCP_DEFER_ACCEPT is told of connections that have sent something, have ended, or have been silent for as
 * many seconds. */
#include "harness.h"

#include <linux/sockios.h>
#include <sys/sendfile.h>

static int deferring(int seconds) {
    int listener = listener_on(AF_INET, 0);
    MUST(set_int(listener, IPPROTO_TCP, TCP_DEFER_ACCEPT, seconds));
    MUST(fcntl(listener, F_SETFL, O_NONBLOCK));
    return listener;
}

static int connected_to(int listener) {
    int client = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    MUST(connect(client, LOCAL(AF_INET, port_of(listener))));
    return client;
}

static int accepted_by(int listener) {
    settle(listener, POLLIN);
    return (int)MUST(accept(listener, NULL, NULL));
}

static unsigned state_of(int fd) {
    struct tcp_info info = {0};
    socklen_t length = sizeof info;
    MUST(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length));
    return info.tcpi_state;
}

static void silence_then_data(void) {
    int listener = deferring(60), client = connected_to(listener), count = -1;
    NAMES(client);
    POLL(listener);
    CALL(accept(listener, NULL, NULL));
    POLL(client);
    select_says(client);
    say("state %u", state_of(client));
    RECV(client, 8, MSG_DONTWAIT);
    RECV(client, 8, MSG_DONTWAIT | MSG_PEEK);
    CALL(ioctl(client, FIONREAD, &count));
    say("%d to read", count);
    CALL(ioctl(client, SIOCOUTQ, &count));
    say("%d not yet delivered", count);
    MUST(setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){.tv_usec = 1000}, sizeof(struct timeval)));
    READ(client, 8);
    CALL(send(client, "", 0, 0));
    OPTION(client, SOL_SOCKET, SO_ERROR);
    POLL(listener);
    CALL(connect(client, LOCAL(AF_INET, port_of(listener))));
    CALL(write(client, "hello", 5));
    int server = accepted_by(listener);
    NAMES(server);
    RECV(server, 8, MSG_DONTWAIT);
    CALL(write(server, "answer", 6));
    settle(client, POLLIN);
    READ(client, 8);
    POLL(client);
    CALL(write(client, "more", 4));
    settle(server, POLLIN);
    READ(server, 8);
    close(server);
    close(client);
    close(listener);
}

/* In the order in which they spoke. */
static void order(void) {
    int listener = deferring(60), clients[3];
    for (int i = 0; i < 3; i++)
        clients[i] = connected_to(listener);
    static const int TURNS[] = {2, 0, 1};
    for (int i = 0; i < 3; i++) {
        char text = (char)('a' + TURNS[i]);
        CALL(send(clients[TURNS[i]], &text, 1, MSG_NOSIGNAL));
    }
    for (int i = 0; i < 3; i++) {
        int server = accepted_by(listener);
        READ(server, 8);
        close(server);
    }
    CALL(accept(listener, NULL, NULL));
    for (int i = 0; i < 3; i++)
        close(clients[i]);
    close(listener);
}

static void send_each_way(void) {
    int listener = deferring(60), pipe_ends[2];
    char path[] = "/tmp/deferredXXXXXX";
    int file = (int)MUST(mkstemp(path));
    MUST(unlink(path));
    MUST(write(file, "file", 4));
    MUST(pipe(pipe_ends));
    MUST(write(pipe_ends[1], "pipe", 4));
    struct iovec part = {"part", 4};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    for (int way = 0; way < 6; way++) {
        int client = connected_to(listener);
        if (way == 0)
            CALL(writev(client, &part, 1));
        else if (way == 1)
            CALL(sendmsg(client, &message, 0));
        else if (way == 2)
            CALL(sendmmsg(client, &(struct mmsghdr){.msg_hdr = message}, 1, 0));
        else if (way == 3)
            CALL(sendfile(client, file, &(off_t){0}, 4));
        else if (way == 4)
            CALL(splice(pipe_ends[0], NULL, client, NULL, 4, 0));
        else
            CALL(sendto(client, "to", 2, MSG_DONTWAIT, NULL, 0));
        int server = accepted_by(listener);
        READ(server, 8);
        close(server);
        close(client);
    }
    static char large[1 << 20];
    int client = connected_to(listener);
    MUST(fcntl(client, F_SETFL, O_NONBLOCK));
    ssize_t sent = write(client, large, sizeof large), taken = 0;
    say("%s of a lot was sent", sent > 0 ? "some" : "nothing");
    int server = accepted_by(listener);
    while (taken < sent)
        taken += MUST(read(server, large, sizeof large));
    say("all of it came");
    close(server);
    close(client);
    close(file);
    close(pipe_ends[0]);
    close(pipe_ends[1]);
    close(listener);
}

static void ends(void) {
    int listener = deferring(60);
    int client = connected_to(listener);
    CALL(close(client));
    int server = accepted_by(listener);
    READ(server, 8);
    POLL(server);
    close(server);

    client = connected_to(listener);
    CALL(shutdown(client, SHUT_WR));
    server = accepted_by(listener);
    READ(server, 8);
    CALL(write(server, "late", 4));
    READ(client, 8);
    close(server);
    close(client);

    client = connected_to(listener);
    CALL(shutdown(client, SHUT_RD));
    POLL(listener);
    READ(client, 8);
    CALL(write(client, "still", 5));
    server = accepted_by(listener);
    READ(server, 8);
    close(server);
    close(client);

    /* A reset in front of all data: nobody is told. */
    client = connected_to(listener);
    MUST(setsockopt(client, SOL_SOCKET, SO_LINGER, &(struct linger){1, 0}, sizeof(struct linger)));
    CALL(close(client));
    POLL(listener);
    CALL(accept(listener, NULL, NULL));

    client = connected_to(listener);
    CALL(close(listener));
    POLL(client);
    CALL(write(client, "hello", 5));
    settle(client, POLLIN);
    POLL(client);
    READ(client, 8);
    READ(client, 8);
    CALL(send(client, "x", 1, MSG_NOSIGNAL));
    POLL(client);
    close(client);
}

static void show_epoll(int epoll, const char *what) {
    struct epoll_event event;
    int count = (int)MUST(epoll_wait(epoll, &event, 1, 0));
    say("%s: %s", what, count == 0 ? "nothing" : event_names(event.events));
}

static void watched(unsigned how, const char *what) {
    int listener = deferring(60), epoll = (int)MUST(epoll_create1(0));
    int client = (int)MUST(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | how};
    MUST(epoll_ctl(epoll, EPOLL_CTL_ADD, client, &event));
    say("%s", what);
    show_epoll(epoll, "before connect");
    event.events = EPOLLOUT | how;
    MUST(epoll_ctl(epoll, EPOLL_CTL_MOD, client, &event));
    show_epoll(epoll, "for EPOLLOUT before connect");
    MUST(epoll_ctl(epoll, EPOLL_CTL_MOD, client, &event));
    CALL(connect(client, LOCAL(AF_INET, port_of(listener))));
    settle(client, POLLOUT);
    show_epoll(epoll, "connected");
    OPTION(client, SOL_SOCKET, SO_ERROR);
    event.events = EPOLLIN | EPOLLRDHUP | how;
    MUST(epoll_ctl(epoll, EPOLL_CTL_MOD, client, &event));
    show_epoll(epoll, "for EPOLLIN");
    if ((how & EPOLLONESHOT) == 0)
        POLL(listener);
    CALL(write(client, "hello", 5));
    int server = accepted_by(listener);
    READ(server, 8);
    show_epoll(epoll, "accepted");
    CALL(write(server, "answer", 6));
    settle(client, POLLIN);
    show_epoll(epoll, "answered");
    READ(client, 8);
    show_epoll(epoll, "read");
    close(server);
    settle(client, POLLRDHUP);
    show_epoll(epoll, "the server is gone");
    close(client);
    close(epoll);
    close(listener);
}

enum { BY_READ, BY_POLL, BY_SELECT, BY_EPOLL, BY_EPOLL_EDGES, WAYS };

struct waiter {
    int listener, way;
    char greeting[8];
};

/* A server that speaks first does so when the time is over. */
static void *wait_for_greeting(void *argument) {
    struct waiter *waiter = argument;
    int client = connected_to(waiter->listener), epoll = (int)MUST(epoll_create1(0));
    if (waiter->way == BY_POLL) {
        MUST(poll(&(struct pollfd){.fd = client, .events = POLLIN}, 1, -1));
    } else if (waiter->way == BY_SELECT) {
        fd_set set;
        FD_ZERO(&set);
        FD_SET(client, &set);
        MUST(select(client + 1, &set, NULL, NULL, NULL));
    } else if (waiter->way == BY_EPOLL || waiter->way == BY_EPOLL_EDGES) {
        struct epoll_event event = {.events = EPOLLIN | (waiter->way == BY_EPOLL ? 0 : EPOLLET)};
        MUST(epoll_ctl(epoll, EPOLL_CTL_ADD, client, &event));
        MUST(epoll_wait(epoll, &event, 1, -1));
    }
    ssize_t length = MUST(read(client, waiter->greeting, sizeof waiter->greeting));
    waiter->greeting[length] = '\0';
    close(epoll);
    close(client);
    return NULL;
}

static void greetings(void) {
    struct waiter waiters[WAYS];
    pthread_t threads[WAYS];
    int listener = deferring(1);
    for (int i = 0; i < WAYS; i++) {
        waiters[i] = (struct waiter){.listener = listener, .way = i};
        MUST(pthread_create(&threads[i], NULL, wait_for_greeting, &waiters[i]));
    }
    for (int i = 0; i < WAYS; i++) {
        int server = accepted_by(listener);
        MUST(write(server, "welcome", 7));
        char data[8];
        MUST(read(server, data, sizeof data));
        close(server);
    }
    for (int i = 0; i < WAYS; i++) {
        pthread_join(threads[i], NULL);
        say("%d: %s", i, waiters[i].greeting);
    }
    close(listener);
}

static void in_other_processes(void *argument) {
    int client = *(int *)argument;
    CALL(write(client, "child", 5));
}

static void inherited(void) {
    int listener = deferring(60), client = connected_to(listener);
    finish(in_child(in_other_processes, &client));
    int server = accepted_by(listener);
    READ(server, 8);
    CALL(write(client, "parent", 6));
    settle(server, POLLIN);
    READ(server, 8);
    close(server);
    close(client);
    close(listener);
}

int main(void) {
    silence_then_data();
    order();
    send_each_way();
    ends();
    watched(0, "levels");
    watched(EPOLLET, "edges");
    watched(EPOLLONESHOT, "once");
    inherited();
    greetings();
    return 0;
}
