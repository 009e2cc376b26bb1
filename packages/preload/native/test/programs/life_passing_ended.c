/* life_passing_ended.c: connections whose sockets several processes have: the end that the last of them leaves, and the outcome of a connect(2) that somebody
 * has shut in the meantime. */
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
    shut_in_between(SHUT_WR, false);
    shut_in_between(SHUT_RD, false);
    shut_in_between(SHUT_RDWR, false);
    shut_in_between(SHUT_WR, true);
}
