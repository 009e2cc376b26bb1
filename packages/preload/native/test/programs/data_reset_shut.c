/* data_reset_shut.c: resets of connections of which one half or both have ended before. */
#include "harness.h"

#include <linux/sockios.h>
#include <sched.h>

static void wait_acknowledged(int fd) {
    int unsent = 1;
    while (ioctl(fd, SIOCOUTQ, &unsent) == 0 && unsent > 0)
        sched_yield();
}

static void close_with_reset(int fd) {
    const struct linger linger = {.l_onoff = 1};
    MUST(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
    MUST(close(fd));
}

/* A pair of which the client has said that it sends no more, and was sent what it has not read. */
static struct pair client_has_ended(void) {
    struct pair pair = tcp_pair(AF_INET);
    MUST(write(pair.client, "before", 6));
    MUST(shutdown(pair.client, SHUT_WR));
    settle(pair.server, POLLRDHUP);
    MUST(write(pair.server, "never read", 10));
    wait_acknowledged(pair.server);
    return pair;
}

static void read_behind_the_end(void) {
    struct pair pair = client_has_ended();
    MUST(close(pair.client));
    settle(pair.server, POLLERR);
    POLL(pair.server);
    READ(pair.server, 100);
    READ(pair.server, 100);
    READ(pair.server, 100);
    POLL(pair.server);
    OPTION(pair.server, SOL_SOCKET, SO_ERROR);
    OPTION(pair.server, SOL_SOCKET, SO_ERROR);
    READ(pair.server, 100);
    MUST(close(pair.server));
}

static void write_behind_the_end(bool reads_first) {
    struct pair pair = client_has_ended();
    MUST(close(pair.client));
    settle(pair.server, POLLERR);
    if (reads_first) {
        READ(pair.server, 100);
        READ(pair.server, 100);
    }
    CALL(send(pair.server, "x", 1, MSG_NOSIGNAL));
    CALL(send(pair.server, "x", 1, MSG_NOSIGNAL));
    OPTION(pair.server, SOL_SOCKET, SO_ERROR);
    READ(pair.server, 100);
    MUST(close(pair.server));
}

/* Data for a socket that has shut both halves. */
static void sent_to_nobody(void) {
    struct pair pair = tcp_pair(AF_INET);
    MUST(shutdown(pair.server, SHUT_RDWR));
    settle(pair.client, POLLRDHUP);
    CALL(send(pair.client, "x", 1, MSG_NOSIGNAL));
    settle(pair.server, POLLERR);
    CALL(send(pair.server, "x", 1, MSG_NOSIGNAL));
    CALL(send(pair.server, "x", 1, MSG_NOSIGNAL));
    READ(pair.client, 100);
    close_with_reset(pair.client);
    READ(pair.server, 100);
    MUST(close(pair.server));
}

static void writer_has_shut(void) {
    struct pair pair = tcp_pair(AF_INET);
    MUST(shutdown(pair.server, SHUT_WR));
    settle(pair.client, POLLRDHUP);
    close_with_reset(pair.client);
    settle(pair.server, POLLERR);
    CALL(send(pair.server, "x", 1, MSG_NOSIGNAL));
    CALL(send(pair.server, "x", 1, MSG_NOSIGNAL));
    MUST(close(pair.server));
}

/* An error is not lost on the way to the end of a read. */
static void met_by_a_long_read(int flags) {
    struct pair pair = tcp_pair(AF_INET);
    MUST(write(pair.client, "before", 6));
    MUST(write(pair.server, "never read", 10));
    wait_acknowledged(pair.server);
    settle(pair.server, POLLIN);
    MUST(close(pair.client));
    settle(pair.server, POLLERR);
    RECV(pair.server, 0, 0);
    RECV(pair.server, 50, flags);
    POLL(pair.server);
    RECV(pair.server, 0, flags);
    RECV(pair.server, 50, flags);
    RECV(pair.server, 50, flags);
    MUST(close(pair.server));
}

/* What came after shutdown(2) with SHUT_RD is still there to be read. */
static void reader_has_shut(void) {
    struct pair pair = tcp_pair(AF_INET);
    MUST(write(pair.server, "never read", 10));
    wait_acknowledged(pair.server);
    MUST(shutdown(pair.server, SHUT_RD));
    MUST(write(pair.client, "late", 4));
    settle(pair.server, POLLIN);
    wait_acknowledged(pair.client);
    MUST(close(pair.client));
    settle(pair.server, POLLERR);
    RECV(pair.server, 2, MSG_TRUNC);
    READ(pair.server, 100);
    READ(pair.server, 100);
    MUST(close(pair.server));
}

int main(void) {
    say("behind the end: read");
    read_behind_the_end();
    say("behind the end: written");
    write_behind_the_end(false);
    say("behind the end: read, then written");
    write_behind_the_end(true);
    say("nobody is there any more");
    sent_to_nobody();
    say("the writer has ended");
    writer_has_shut();
    say("a read of more than there is");
    met_by_a_long_read(MSG_WAITALL);
    say("the same, of which the bytes go nowhere");
    met_by_a_long_read(MSG_TRUNC);
    say("the reader has shut its half");
    reader_has_shut();
}
