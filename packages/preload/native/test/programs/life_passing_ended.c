/* life_passing_ended.c: connections whose sockets several processes have: the end that the last of them leaves, and the outcome of a connect(2) that somebody
 * has shut in the meantime. And an end that is older than accept(2). */
#include "descriptor_passing.h"

static void show_state(const char *text, int fd) {
    struct tcp_info info = {0};
    socklen_t length = sizeof info;
    MUST(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length));
    say("%s is in state %d", text, info.tcpi_state == TCP_FIN_WAIT1 ? TCP_FIN_WAIT2 : info.tcpi_state);
}

/* What is passed and never received ends when its way does. */
static void closed_on_the_way(void) {
    say("-- closed on the way");
    int ends[2];
    struct pair pair = tcp_pair(AF_INET);
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
    CALL(pass(ends[0], &pair.server, 1));
    CALL(close(pair.server));
    show_state("the client", pair.client);
    CALL(shutdown(pair.client, SHUT_WR));
    show_state("the client", pair.client);
    NAMES(pair.client);
    CALL(close(ends[0]));
    CALL(close(ends[1]));
    settle(pair.client, POLLRDHUP);
    NAMES(pair.client);
    MUST(close(pair.client));
}

static void closed_last_by_a_child(void) {
    say("-- closed last by a child");
    struct pair pair = tcp_pair(AF_INET);
    struct bell bell = new_bell();
    pid_t child = (pid_t)MUST(fork());
    if (child == 0) {
        await_bell(bell);
        _exit(close(pair.server) == 0 ? 0 : errno);
    }
    CALL(close(pair.server));
    show_state("the client", pair.client);
    ring(bell);
    finish(child);
    settle(pair.client, POLLRDHUP);
    show_state("the client", pair.client);
    MUST(close(pair.client));
}

static void closed_before_accept(void) {
    say("-- closed before accept(2)");
    int listener = listener_on(AF_INET, 0), client = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    MUST(connect(client, LOCAL(AF_INET, port_of(listener))));
    MUST(send(client, "last", 4, 0));
    MUST(close(client));
    int server = (int)MUST(accept(listener, NULL, NULL));
    settle(server, POLLRDHUP);
    show_state("the server", server);
    MUST(close(server));
    MUST(close(listener));
}

static void shut_in_between(int how, bool in_child_too) {
    say("-- shutdown(%d) of a connection whose outcome nobody has asked for%s", how, in_child_too ? ", in a child" : "");
    int listener = listener_on(AF_INET, 0), client = (int)MUST(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    TRY(connect(client, LOCAL(AF_INET, port_of(listener))));
    settle(client, POLLOUT);
    if (in_child_too) {
        pid_t child = (pid_t)MUST(fork());
        if (child == 0)
            _exit(shutdown(client, how) == 0 ? 0 : errno);
        finish(child);
    } else {
        CALL(shutdown(client, how));
    }
    CALL(connect(client, LOCAL(AF_INET, port_of(listener))));
    CALL(connect(client, LOCAL(AF_INET, port_of(listener))));
    MUST(close(client));
    MUST(close(listener));
}

int main(void) {
    closed_on_the_way();
    closed_last_by_a_child();
    closed_before_accept();
    shut_in_between(SHUT_WR, false);
    shut_in_between(SHUT_RD, false);
    shut_in_between(SHUT_RDWR, false);
    shut_in_between(SHUT_WR, true);
}
