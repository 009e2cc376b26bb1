/* option_tcp_info_bytes.c: TCP_INFO counts bytes, and SIOCOUTQ what has not gone. */
#include "harness.h"

#include <linux/sockios.h>

enum { ALL = 3 << 20 };

/* struct tcp_info as linux/tcp.h has it by now. */
struct counts {
    uint8_t beginning[8];
    uint32_t numbers[24];
    uint64_t pacing_rate, max_pacing_rate, bytes_acked, bytes_received;
    uint32_t segs_out, segs_in, notsent_bytes, min_rtt, data_segs_in, data_segs_out;
    uint64_t delivery_rate, busy_time, rwnd_limited, sndbuf_limited;
    uint32_t delivered, delivered_ce;
    uint64_t bytes_sent, bytes_retrans;
};

static struct counts counts_of(int fd) {
    struct counts counts = {0};
    socklen_t length = sizeof counts;
    MUST(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &counts, &length));
    /* What asks a full window for room is sent again. */
    counts.bytes_sent -= counts.bytes_retrans;
    return counts;
}

static int unsent(int fd, unsigned long request) {
    int bytes = -1;
    MUST(ioctl(fd, request, &bytes));
    return bytes;
}

static void show(const char *text, int fd) {
    struct counts counts = counts_of(fd);
    say("%s: sent %llu, acknowledged %llu, received %llu, not sent %u; data in segments: out %s, in %s", text,
        (unsigned long long)counts.bytes_sent, (unsigned long long)counts.bytes_acked, (unsigned long long)counts.bytes_received,
        counts.notsent_bytes, counts.data_segs_out > 0 ? "some" : "none",
        counts.data_segs_in > 0 ? "some" : "none");
    say("more segments than those with data: %d; a round trip takes time: %d; sizes %u, asked for %u, path %u",
        counts.segs_out >= counts.data_segs_out && counts.segs_in > counts.data_segs_in, counts.numbers[15] > 0 && counts.min_rtt > 0,
        counts.numbers[2], counts.numbers[19], counts.numbers[13]);
}

static void small(int family) {
    struct pair pair = tcp_pair(family);
    show("client", pair.client);
    show("server", pair.server);
    OPTION(pair.client, IPPROTO_TCP, TCP_MAXSEG);
    MUST(write(pair.client, "hello", 5));
    settle(pair.server, POLLIN);
    show("the client, after a send", pair.client);
    show("the server, before it reads", pair.server);
    OPTION(pair.client, IPPROTO_TCP, TCP_MAXSEG);
    RECV(pair.server, 10, 0);
    MUST(write(pair.server, "answer", 6));
    settle(pair.client, POLLIN);
    RECV(pair.client, 3, 0);
    show("the client, after an answer", pair.client);
    RECV(pair.client, 3, MSG_PEEK);
    show("the client, after a look", pair.client);
    show("the server, after its answer", pair.server);
    MUST(shutdown(pair.server, SHUT_WR));
    settle(pair.client, POLLRDHUP);
    show("the client, its peer has shut", pair.client);
    MUST(close(pair.client));
    MUST(close(pair.server));
}

/* What an answer tells counts as one too. */
static void answered_first(void) {
    struct pair pair = tcp_pair(AF_INET);
    OPTION(pair.client, IPPROTO_TCP, TCP_MAXSEG);
    MUST(write(pair.server, "hello", 5));
    settle(pair.client, POLLIN);
    OPTION(pair.client, IPPROTO_TCP, TCP_MAXSEG);
    OPTION(pair.server, IPPROTO_TCP, TCP_MAXSEG);
    MUST(close(pair.client));
    MUST(close(pair.server));
}

static void large(void) {
    static char block[ALL];
    struct pair pair = tcp_pair(AF_INET);
    MUST(send(pair.client, block, ALL, 0));
    struct counts counts = counts_of(pair.client);
    int left = unsent(pair.client, SIOCOUTQ);
    say("nobody reads: something is left: %d %d %d", left > 0, unsent(pair.client, SIOCOUTQNSD) > 0, counts.notsent_bytes > 0);
    say("what has gone and what is left are all: %d", counts.bytes_sent + counts.notsent_bytes == ALL);
    say("the peer has something: %d", counts_of(pair.server).bytes_received > 0 && counts_of(pair.server).bytes_received < ALL);
    MUST(recv(pair.server, block, ALL, MSG_WAITALL));
    /* The last acknowledgement is on its way. */
    while (unsent(pair.client, SIOCOUTQ) > 0)
        sched_yield();
    counts = counts_of(pair.client);
    say("all is read: sent %llu, acknowledged %llu, received %llu; left %d", (unsigned long long)counts.bytes_sent,
        (unsigned long long)counts.bytes_acked, (unsigned long long)counts_of(pair.server).bytes_received, unsent(pair.client, SIOCOUTQNSD));
    MUST(close(pair.client));
    MUST(close(pair.server));
}

int main(void) {
    small(AF_INET);
    small(AF_INET6);
    answered_first();
    large();
}
