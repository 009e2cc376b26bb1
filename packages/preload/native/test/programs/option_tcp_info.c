/* option_tcp_info.c: TCP_INFO tells the state of a connection. */
#include "harness.h"

static void state(const char *text, int fd) {
    /* FIN_WAIT1 becomes FIN_WAIT2 when the kernel gets to it. */
    static const char *const names[] = {"?",         "ESTABLISHED", "SYN_SENT",   "SYN_RECV", "FIN_WAIT",  "FIN_WAIT",
                                        "TIME_WAIT", "CLOSE",       "CLOSE_WAIT", "LAST_ACK", "LISTEN",    "CLOSING"};
    struct tcp_info info = {0};
    socklen_t length = sizeof info;
    errno = 0;
    int result = getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length);
    say("%s: %d %s, %s, whole: %d", text, result, error_name(errno), info.tcpi_state < 12 ? names[info.tcpi_state] : "?",
        length == sizeof info);
}

int main(void) {
    int listener = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    state("fresh", listener);
    MUST(bind(listener, AT4("127.0.0.1", 7000)));
    state("bound", listener);
    MUST(listen(listener, 5));
    state("listening", listener);

    struct pair pair = tcp_pair(AF_INET);
    state("client", pair.client);
    state("server", pair.server);
    MUST(shutdown(pair.client, SHUT_WR));
    settle(pair.server, POLLRDHUP);
    state("the server, its peer has shut", pair.server);
    state("the client, it has shut", pair.client);
    MUST(shutdown(pair.server, SHUT_WR));
    settle(pair.client, POLLHUP);
    state("the server, both have", pair.server);

    struct tcp_info info;
    for (socklen_t size = 0; size <= 8; size += 4) {
        socklen_t length = size;
        CALL(getsockopt(pair.client, IPPROTO_TCP, TCP_INFO, &info, &length));
        say("length %u", length);
    }
    state("UDP", udp_on(AF_INET, 7001));
}
