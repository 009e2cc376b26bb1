/* life_fork_tcp.c: a connection that two processes hold. */
#include "harness.h"

static struct pair pair;
static struct bell closed, go_on;

static void closes_its_copies(void *argument) {
    (void)argument;
    CALL(close(pair.client));
    CALL(close(pair.server));
    ring(closed);
    await_bell(go_on);
    exit(0);
}

static void speaks_for_its_parent(void *argument) {
    (void)argument;
    NAMES(pair.client);
    CALL(write(pair.client, "from the child", 14));
    exit(0);
}

static void shuts(void *argument) {
    (void)argument;
    CALL(shutdown(pair.client, SHUT_WR));
}

int main(void) {
    closed = new_bell();
    go_on = new_bell();
    pair = tcp_pair(AF_INET);
    pid_t child = in_child(closes_its_copies, NULL);
    await_bell(closed);
    CALL(write(pair.client, "after the child closed", 22));
    READ(pair.server, 100);
    ring(go_on);
    finish(child);
    CALL(write(pair.client, "after it ended", 14));
    READ(pair.server, 100);
    NAMES(pair.client);
    NAMES(pair.server);

    finish(in_child(speaks_for_its_parent, NULL));
    READ(pair.server, 100);
    CALL(recv(pair.server, &(char){0}, 1, MSG_DONTWAIT));

    say("shutdown(2) is for all");
    finish(in_child(shuts, NULL));
    READ(pair.server, 100);
    CALL(send(pair.client, "x", 1, MSG_NOSIGNAL));

    say("the last close ends the connection");
    pair = tcp_pair(AF_INET);
    child = (pid_t)MUST(fork());
    if (child == 0) {
        close(pair.server);
        await_bell(go_on);
        _exit(0);
    }
    CALL(close(pair.client));
    CALL(recv(pair.server, &(char){0}, 1, MSG_DONTWAIT));
    ring(go_on);
    finish(child);
    READ(pair.server, 10);

    say("a child that is killed");
    pair = tcp_pair(AF_INET);
    child = (pid_t)MUST(fork());
    if (child == 0) {
        close(pair.server);
        MUST(write(pair.client, "last words", 10));
        pause();
    }
    CALL(close(pair.client));
    READ(pair.server, 100);
    MUST(kill(child, SIGKILL));
    finish(child);
    READ(pair.server, 100);
}
