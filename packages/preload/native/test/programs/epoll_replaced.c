/* epoll_replaced.c: sockets that stay in their epolls while they are disconnected and connected again, or listen anew. */
#include "harness.h"

static void add(int epoll, int fd, unsigned events, uint64_t data) {
    struct epoll_event event = {.events = events, .data.u64 = data};
    MUST(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
}

static void look(const char *text, int epoll) {
    struct epoll_event events[8];
    int count = (int)MUST(epoll_wait(epoll, events, 8, 0));
    say("  %s: %d events", text, count);
    for (int i = 0; i < count; i++)
        say("    %s, data %llx", event_names(events[i].events), (unsigned long long)events[i].data.u64);
}

static struct {
    int level, edge, once, exclusive;
} epolls;

static void look_at_all(const char *text) {
    say("%s", text);
    look("levels", epolls.level);
    look("edges", epolls.edge);
    look("once", epolls.once);
    look("exclusive", epolls.exclusive);
}

static void watch(int fd) {
    epolls.level = (int)MUST(epoll_create1(0));
    epolls.edge = (int)MUST(epoll_create1(0));
    epolls.once = (int)MUST(epoll_create1(0));
    epolls.exclusive = (int)MUST(epoll_create1(0));
    add(epolls.level, fd, EPOLLIN | EPOLLRDHUP, 0x1111111122222222ull);
    add(epolls.edge, fd, EPOLLIN | EPOLLRDHUP | EPOLLET, 0xffffffffffffffffull);
    add(epolls.once, fd, EPOLLIN | EPOLLRDHUP | EPOLLONESHOT, 7);
    add(epolls.exclusive, fd, EPOLLIN | EPOLLEXCLUSIVE, 7);
}

static void unwatch(void) {
    close(epolls.level);
    close(epolls.edge);
    close(epolls.once);
    close(epolls.exclusive);
}

static int connect_to(int fd, int listener) {
    MUST(connect(fd, AT4("127.0.0.1", port_of(listener))));
    return (int)MUST(accept(listener, NULL, NULL));
}

int main(void) {
    int listener = listener_on(AF_INET, 7000);
    int client = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    int server = connect_to(client, listener);
    watch(client);
    look_at_all("connected");
    MUST(write(server, "x", 1));
    settle(client, POLLIN);
    look_at_all("data");
    RECV(client, 1, 0);
    CALL(connect(client, (struct sockaddr *)&(struct sockaddr_in){.sin_family = AF_UNSPEC}, sizeof(struct sockaddr_in)));
    MUST(close(server));
    OPTION(client, SOL_SOCKET, SO_ERROR);
    MUST(epoll_wait(epolls.edge, &(struct epoll_event){0}, 1, 0));
    look("levels", epolls.level);
    server = connect_to(client, listener);
    MUST(epoll_wait(epolls.edge, &(struct epoll_event){0}, 1, 0));
    look("levels", epolls.level);
    look("once, which was not armed again", epolls.once);
    MUST(write(server, "y", 1));
    settle(client, POLLIN);
    look_at_all("connected again, data");
    struct epoll_event event = {.events = EPOLLIN | EPOLLONESHOT, .data.u64 = 8};
    CALL(epoll_ctl(epolls.once, EPOLL_CTL_MOD, client, &event));
    look("armed again", epolls.once);
    look("and spent", epolls.once);
    CALL(epoll_ctl(epolls.level, EPOLL_CTL_ADD, client, &event));
    CALL(epoll_ctl(epolls.level, EPOLL_CTL_DEL, client, NULL));
    CALL(epoll_ctl(epolls.level, EPOLL_CTL_DEL, client, NULL));
    CALL(epoll_ctl(epolls.once, EPOLL_CTL_DEL, client, NULL));
    look_at_all("two have gone");
    unwatch();
    close(client);
    close(server);

    say("a listener that listens anew");
    watch(listener);
    look("levels", epolls.level);
    MUST(shutdown(listener, SHUT_RD));
    MUST(listen(listener, 5));
    epoll_wait(epolls.edge, &event, 1, 0);
    epoll_wait(epolls.once, &event, 1, 0);
    event = (struct epoll_event){.events = EPOLLIN | EPOLLRDHUP | EPOLLONESHOT, .data.u64 = 7};
    CALL(epoll_ctl(epolls.once, EPOLL_CTL_MOD, listener, &event));
    look_at_all("nobody has come");
    client = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    MUST(connect(client, AT4("127.0.0.1", 7000)));
    settle(listener, POLLIN);
    look_at_all("somebody has");
    close(client);
    CALL(close(listener));
    look_at_all("closed");
    unwatch();

    say("closed, and the descriptor used for another socket");
    struct pair pair = tcp_pair(AF_INET);
    watch(pair.client);
    MUST(close(pair.client));
    struct pair other = tcp_pair(AF_INET);
    MUST(dup2(other.client, pair.client));
    MUST(write(other.server, "z", 1));
    settle(pair.client, POLLIN);
    look_at_all("nothing of the old one");
    unwatch();
}
