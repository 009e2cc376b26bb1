/* accept_backlog_full.c: more connections than the backlog holds: one too many is under way until there is room for it.
 * Who is accepted is connected then; TCP connects it a little before, when it tries again: docs/limits.md. */
#include "harness.h"

enum { CLIENTS = 3, PORT = 7000 };

static int limited_listener(int backlog) {
    int fd = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    int yes = 1;
    MUST(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes));
    MUST(bind(fd, AT4("127.0.0.1", PORT)));
    MUST(listen(fd, backlog));
    return fd;
}

static int nonblocking_client(void) {
    int fd = (int)MUST(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    CALL(connect(fd, AT4("127.0.0.1", PORT)));
    return fd;
}

static int waiting_client(int *listener) {
    *listener = limited_listener(0);
    nonblocking_client();
    return nonblocking_client();
}

static void all_are_accepted(void) {
    int listener = limited_listener(1), clients[CLIENTS], servers[CLIENTS];
    for (int i = 0; i < CLIENTS; i++)
        clients[i] = nonblocking_client();
    for (int i = 0; i < CLIENTS; i++)
        POLL(clients[i]);
    NAMES(clients[0]);
    NAMES(clients[CLIENTS - 1]);
    for (int i = 0; i < CLIENTS; i++)
        servers[i] = (int)TRY(accept(listener, NULL, NULL));
    for (int i = 0; i < CLIENTS; i++) {
        settle(clients[i], POLLOUT);
        OPTION(clients[i], SOL_SOCKET, SO_ERROR);
        NAMES(clients[i]);
        CALL(send(clients[i], "x", 1, 0));
        READ(servers[i], 10);
        CALL(send(servers[i], "answer", 6, 0));
        settle(clients[i], POLLIN);
        READ(clients[i], 10);
        close(clients[i]);
        close(servers[i]);
    }
    close(listener);
}

static void show_state(int fd) {
    struct tcp_info info;
    socklen_t length = sizeof info;
    MUST(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length));
    say("state %d", info.tcpi_state);
}

static void calls_while_it_waits(void) {
    int listener, client = waiting_client(&listener), count = -1;
    POLL(client);
    select_says(client);
    show_state(client);
    CALL(connect(client, AT4("127.0.0.1", PORT)));
    CALL(send(client, "x", 1, 0));
    RECV(client, 10, 0);
    CALL(listen(client, 1));
    CALL(bind(client, AT4("127.0.0.1", PORT + 1)));
    CALL(accept(client, NULL, NULL));
    CALL(ioctl(client, FIONREAD, &count));
    OPTION(client, SOL_SOCKET, SO_ERROR);
    POLL(client);
    CALL(shutdown(client, SHUT_WR));
    POLL(client);
    OPTION(client, SOL_SOCKET, SO_ERROR);
    close(client);
    close(listener);
}

static void it_gives_up(void) {
    int listener, client = waiting_client(&listener);
    const struct sockaddr nobody = {.sa_family = AF_UNSPEC};
    CALL(connect(client, &nobody, sizeof nobody));
    POLL(client);
    OPTION(client, SOL_SOCKET, SO_ERROR);
    TRY(accept(listener, NULL, NULL));
    MUST(fcntl(listener, F_SETFL, O_NONBLOCK));
    CALL(accept(listener, NULL, NULL));

    CALL(connect(client, AT4("127.0.0.1", PORT)));
    settle(client, POLLOUT);
    int late = nonblocking_client();
    CALL(close(late));
    TRY(accept(listener, NULL, NULL));
    CALL(accept(listener, NULL, NULL));
    close(client);
    close(listener);
}

static void epoll_tells(bool registered_before, unsigned mode) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | mode};
    int epoll = (int)MUST(epoll_create1(0)), listener = limited_listener(0);
    nonblocking_client();
    int client = (int)MUST(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    if (registered_before) {
        MUST(epoll_ctl(epoll, EPOLL_CTL_ADD, client, &event));
        MUST(epoll_wait(epoll, &event, 1, 0));
        event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | mode;
    }
    CALL(connect(client, AT4("127.0.0.1", PORT)));
    CALL(epoll_ctl(epoll, registered_before ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, client, &event));
    CALL(epoll_wait(epoll, &event, 1, 0));
    TRY(accept(listener, NULL, NULL));
    TRY(accept(listener, NULL, NULL));
    CALL(epoll_wait(epoll, &event, 1, 10000));
    say("%s", event_names(event.events));
    CALL(send(client, "x", 1, 0));
    close(client);
    close(listener);
    close(epoll);
}

static void connect_and_send(void *unused) {
    (void)unused;
    int fd = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    MUST(connect(fd, AT4("127.0.0.1", PORT)));
    MUST(send(fd, "blocked", 7, 0));
}

static void it_blocks(void) {
    int listener = limited_listener(0);
    nonblocking_client();
    pid_t child = in_child(connect_and_send, NULL);
    await_sleep(child);
    TRY(accept(listener, NULL, NULL));
    int server = (int)TRY(accept(listener, NULL, NULL));
    READ(server, 10);
    READ(server, 10);
    finish(child);
    close(server);
    close(listener);
}

static void it_blocks_for_a_time(void) {
    int listener = limited_listener(0), fd = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    nonblocking_client();
    struct timeval moment = {.tv_usec = 20000};
    MUST(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &moment, sizeof moment));
    CALL(connect(fd, AT4("127.0.0.1", PORT)));
    CALL(connect(fd, AT4("127.0.0.1", PORT)));
    TRY(accept(listener, NULL, NULL));
    TRY(accept(listener, NULL, NULL));
    settle(fd, POLLOUT);
    CALL(connect(fd, AT4("127.0.0.1", PORT)));
    CALL(connect(fd, AT4("127.0.0.1", PORT)));
    close(fd);
    close(listener);
}

static void its_listener_is_closed(void) {
    int listener, client = waiting_client(&listener);
    MUST(close(listener));
    settle(client, POLLOUT);
    OPTION(client, SOL_SOCKET, SO_ERROR);
    POLL(client);
    CALL(send(client, "x", 1, MSG_NOSIGNAL));
    close(client);
}

int main(void) {
    say("all are accepted");
    all_are_accepted();
    say("calls while it waits");
    calls_while_it_waits();
    say("it gives up");
    it_gives_up();
    say("epoll, registered afterwards");
    epoll_tells(false, 0);
    say("epoll, edges, registered before");
    epoll_tells(true, EPOLLET);
    say("epoll, once");
    epoll_tells(true, EPOLLONESHOT);
    say("it blocks");
    it_blocks();
    say("it blocks for a time");
    it_blocks_for_a_time();
    say("its listener is closed");
    its_listener_is_closed();
}
