/* epoll_states_tcp.c: what epoll(7) says in each state of a TCP socket, level- and edge-triggered, and what it says of nothing but
 * errors. */
#include "harness.h"

struct watch {
    int level, edge, bare;
};

static void add(int epoll, int fd, unsigned events) {
    struct epoll_event event = {.events = events, .data.u64 = 0x123456789abcdefull};
    MUST(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
}

/* EPOLLWRBAND and the like are asked for too: TCP has them never. */
enum { ALL = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLPRI | EPOLLRDNORM | EPOLLWRNORM | EPOLLRDBAND | EPOLLWRBAND };

static struct watch watch(int fd) {
    struct watch made = {
        .level = (int)MUST(epoll_create1(0)), .edge = (int)MUST(epoll_create1(0)), .bare = (int)MUST(epoll_create1(0))};
    add(made.level, fd, ALL);
    add(made.edge, fd, ALL | EPOLLET);
    add(made.bare, fd, 0);
    return made;
}

static void show(const char *text, int epoll) {
    struct epoll_event event = {0};
    int count = (int)MUST(epoll_wait(epoll, &event, 1, 0));
    unsigned bits = count == 1 ? event.events : 0;
    say("    %s: %s%s%s%s%s%s", text, event_names(bits), bits & EPOLLRDNORM ? "|RDNORM" : "", bits & EPOLLWRNORM ? "|WRNORM" : "",
        bits & EPOLLRDBAND ? "|RDBAND" : "", bits & EPOLLWRBAND ? "|WRBAND" : "",
        count == 1 && event.data.u64 != 0x123456789abcdefull ? " and other data" : "");
}

/* How often an edge of being writable comes is the buffers' affair: what is shown is that nothing else comes with it. */
static void show_edges(int epoll) {
    struct epoll_event event = {0};
    unsigned bits = 0;
    while (MUST(epoll_wait(epoll, &event, 1, 0)) == 1)
        bits |= event.events;
    say("    edges: %s", (bits & ~(unsigned)(EPOLLOUT | EPOLLWRNORM)) == 0 ? "none" : event_names(bits));
}

static void look(const char *when, const struct watch *client, const struct watch *server) {
    say("%s", when);
    if (client != NULL) {
        say("  client");
        show("level", client->level);
        show("errors", client->bare);
        show_edges(client->edge);
    }
    if (server != NULL) {
        say("  server");
        show("level", server->level);
        show("errors", server->bare);
        show_edges(server->edge);
    }
}

static void forget(struct watch *watch) {
    close(watch->level);
    close(watch->edge);
    close(watch->bare);
}

int main(void) {
    signal(SIGPIPE, SIG_IGN);
    int fresh = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    struct watch client = watch(fresh), server;
    look("fresh", &client, NULL);
    MUST(bind(fresh, AT4("127.0.0.1", 7000)));
    look("bound", &client, NULL);
    MUST(listen(fresh, 5));
    look("listening", &client, NULL);
    int other = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    MUST(connect(other, AT4("127.0.0.1", 7000)));
    settle(fresh, POLLIN);
    look("with a connection to accept", &client, NULL);
    forget(&client);
    close(fresh);
    close(other);

    struct pair pair = tcp_pair(AF_INET);
    client = watch(pair.client);
    server = watch(pair.server);
    look("connected", &client, &server);
    MUST(write(pair.client, "data", 4));
    settle(pair.server, POLLIN);
    look("data for the server", &client, &server);
    RECV(pair.server, 2, 0);
    look("half of it read", &client, &server);
    RECV(pair.server, 2, 0);
    look("all of it read", &client, &server);
    MUST(send(pair.client, "!", 1, MSG_OOB));
    settle(pair.server, POLLPRI);
    look("urgent data", &client, &server);
    RECV(pair.server, 1, MSG_OOB);
    MUST(shutdown(pair.client, SHUT_WR));
    settle(pair.server, POLLRDHUP);
    look("the client sends no more", &client, &server);
    RECV(pair.server, 1, 0);
    look("the server has seen the end", &client, &server);
    MUST(shutdown(pair.server, SHUT_WR));
    settle(pair.client, POLLRDHUP);
    look("nor does the server", &client, &server);
    forget(&client);
    forget(&server);
    close(pair.client);
    close(pair.server);

    pair = tcp_pair(AF_INET);
    client = watch(pair.client);
    server = watch(pair.server);
    look("another pair", &client, &server);
    MUST(write(pair.client, "last", 4));
    MUST(close(pair.client));
    settle(pair.server, POLLRDHUP);
    look("the client wrote and closed", NULL, &server);
    RECV(pair.server, 10, 0);
    RECV(pair.server, 10, 0);
    look("read to the end", NULL, &server);
    CALL(write(pair.server, "x", 1));
    settle(pair.server, POLLERR);
    look("the server wrote to nobody", NULL, &server);
    forget(&client);
    forget(&server);
    close(pair.server);

    pair = tcp_pair(AF_INET);
    server = watch(pair.server);
    look("a third pair", NULL, &server);
    MUST(write(pair.server, "unread", 6));
    settle(pair.client, POLLIN);
    MUST(close(pair.client));
    settle(pair.server, POLLERR);
    look("the client closed without reading", NULL, &server);
    CALL(read(pair.server, &(char){0}, 1));
    look("the server knows", NULL, &server);
    forget(&server);
    close(pair.server);

    pair = tcp_pair(AF_INET);
    server = watch(pair.server);
    look("a fourth pair", NULL, &server);
    MUST(setsockopt(pair.client, SOL_SOCKET, SO_LINGER, &(struct linger){1, 0}, sizeof(struct linger)));
    MUST(close(pair.client));
    settle(pair.server, POLLERR);
    look("the client reset it", NULL, &server);
    OPTION(pair.server, SOL_SOCKET, SO_ERROR);
    look("the server asked for the error", NULL, &server);
    forget(&server);
    close(pair.server);

    pair = tcp_pair(AF_INET);
    client = watch(pair.client);
    server = watch(pair.server);
    MUST(shutdown(pair.client, SHUT_RD));
    look("the client reads no more", &client, &server);
    MUST(shutdown(pair.client, SHUT_WR));
    settle(pair.server, POLLRDHUP);
    look("and writes no more", &client, &server);
    forget(&client);
    forget(&server);
}
