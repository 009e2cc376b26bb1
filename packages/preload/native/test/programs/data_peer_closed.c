/* data_peer_closed.c: reading and writing after the peer closed. */
#include "harness.h"

static volatile sig_atomic_t pipes;
static void count_pipe(int signal) {
    (void)signal;
    pipes++;
}

int main(void) {
    struct sigaction action = {.sa_handler = count_pipe};
    sigaction(SIGPIPE, &action, NULL);

    struct pair pair = tcp_pair(AF_INET);
    MUST(write(pair.client, "bye", 3));
    MUST(close(pair.client));
    settle(pair.server, POLLRDHUP);
    RECV(pair.server, 2, 0);
    RECV(pair.server, 10, 0);
    RECV(pair.server, 10, 0);
    say("the first write is lost, the second fails");
    CALL(write(pair.server, "x", 1));
    settle(pair.server, POLLHUP);
    CALL(write(pair.server, "y", 1));
    say("SIGPIPE: %d", (int)pipes);
    CALL(send(pair.server, "z", 1, MSG_NOSIGNAL));
    CALL(send(pair.server, "", 0, MSG_NOSIGNAL));
    say("SIGPIPE: %d", (int)pipes);
    OPTION(pair.server, SOL_SOCKET, SO_ERROR);
    RECV(pair.server, 10, 0);
    NAMES(pair.server);

    say("a large write ends where TCP learns that nobody is there");
    static char large[16 << 20];
    pair = tcp_pair(AF_INET);
    MUST(close(pair.client));
    settle(pair.server, POLLRDHUP);
    say("all of it: %s", MUST(send(pair.server, large, sizeof large, MSG_NOSIGNAL)) == sizeof large ? "yes" : "no");
    CALL(send(pair.server, large, sizeof large, MSG_NOSIGNAL));
    pair = tcp_pair(AF_INET6);
    MUST(close(pair.client));
    settle(pair.server, POLLRDHUP);
    CALL(send(pair.server, large, 65536, MSG_NOSIGNAL));
    CALL(send(pair.server, large, 65536, MSG_NOSIGNAL));

    say("own write half shut");
    pair = tcp_pair(AF_INET);
    CALL(shutdown(pair.client, SHUT_WR));
    CALL(write(pair.client, "x", 1));
    CALL(send(pair.client, "x", 1, MSG_NOSIGNAL));
    say("SIGPIPE: %d", (int)pipes);

    say("never connected");
    int fresh = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    CALL(write(fresh, "x", 1));
    CALL(send(fresh, "x", 1, MSG_NOSIGNAL));
    CALL(sendto(fresh, "x", 1, MSG_NOSIGNAL, AT4("127.0.0.1", 7000)));
    RECV(fresh, 10, 0);
    READ(fresh, 10);
    CALL(shutdown(fresh, SHUT_RD));
    CALL(shutdown(fresh, SHUT_WR));
    CALL(shutdown(fresh, 7));
    say("SIGPIPE: %d", (int)pipes);
}
