/* data_reset_shared.c: closing with SO_LINGER of 0 resets, whoever else has had the socket before. */
#include "harness.h"

static void resets(int fd) {
    struct linger linger = {1, 0};
    CALL(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
}

static void end(void *argument) {
    (void)argument;
}

static void after_a_child(void) {
    say("-- a child has had it");
    struct pair pair = tcp_pair(AF_INET);
    finish(in_child(end, NULL));
    resets(pair.client);
    CALL(close(pair.client));
    settle(pair.server, POLLIN);
    POLL(pair.server);
    READ(pair.server, 10);
    READ(pair.server, 10);
    CALL(close(pair.server));
}

struct shared {
    struct pair pair;
    struct bell closed, go;
};

static void serve(void *argument) {
    struct shared *shared = argument;
    close(shared->pair.client);
    await_bell(shared->go);
    resets(shared->pair.server);
    CALL(close(shared->pair.server));
}

/* As a server does that has a process for each connection. */
static void in_a_child_alone(void) {
    say("-- a child has it alone");
    struct shared shared = {.pair = tcp_pair(AF_INET6), .go = new_bell()};
    pid_t child = in_child(serve, &shared);
    CALL(close(shared.pair.server));
    CALL(write(shared.pair.client, "hello", 5));
    ring(shared.go);
    finish(child);
    settle(shared.pair.client, POLLIN);
    POLL(shared.pair.client);
    READ(shared.pair.client, 10);
    CALL(close(shared.pair.client));
}

static void hold(void *argument) {
    struct shared *shared = argument;
    await_bell(shared->go);
    CALL(write(shared->pair.client, "still here", 10));
    CALL(close(shared->pair.client));
}

static void still_held(void) {
    say("-- a child has it still");
    struct shared shared = {.pair = tcp_pair(AF_INET), .go = new_bell()};
    pid_t child = in_child(hold, &shared);
    resets(shared.pair.client);
    CALL(close(shared.pair.client));
    POLL(shared.pair.server);
    ring(shared.go);
    settle(shared.pair.server, POLLERR);
    finish(child);
    READ(shared.pair.server, 10);
    READ(shared.pair.server, 10);
    CALL(close(shared.pair.server));
}

static void exit_with_it(void *argument) {
    struct pair *pair = argument;
    close(pair->client);
    resets(pair->server);
    exit(0);
}

static void at_exit(void) {
    say("-- a child ends with it");
    struct pair pair = tcp_pair(AF_INET);
    struct pair copy = pair;
    pid_t child = in_child(exit_with_it, &copy);
    finish(child);
    CALL(close(pair.server));
    READ(pair.client, 10);
    CALL(close(pair.client));
}

int main(void) {
    after_a_child();
    in_a_child_alone();
    still_held();
    at_exit();
}
