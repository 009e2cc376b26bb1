/* life_passing_odd.c: descriptors passed twice, to another process, with too little room, and never received. */
#include "descriptor_passing.h"

static int ends[2];

static void serve_what_is_passed(void *argument) {
    (void)argument;
    int fds[2];
    receive(ends[1], fds, 2);
    NAMES(fds[0]);
    READ(fds[0], 100);
    CALL(write(fds[0], "from the other process", 22));
    exit(0);
}

int main(void) {
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
    say("one socket twice in a message");
    struct pair pair = tcp_pair(AF_INET);
    int fds[2] = {pair.client, pair.client};
    CALL(pass(ends[0], fds, 2));
    MUST(close(pair.client));
    receive(ends[1], fds, 2);
    NAMES(fds[0]);
    CALL(close(fds[0]));
    NAMES(fds[1]);
    struct pair other = tcp_pair(AF_INET6);
    NAMES(fds[1]);
    CALL(write(fds[1], "second", 6));
    READ(pair.server, 10);
    CALL(close(fds[1]));
    READ(pair.server, 10);
    MUST(close(pair.server));

    say("to another process");
    pid_t child = in_child(serve_what_is_passed, NULL);
    fds[0] = other.server;
    MUST(pass(ends[0], fds, 1));
    MUST(close(other.server));
    MUST(write(other.client, "over there", 10));
    finish(child);
    READ(other.client, 100);
    READ(other.client, 100);

    say("two where there is room for one");
    pair = tcp_pair(AF_INET);
    int two[2] = {pair.client, pair.server};
    CALL(pass(ends[0], two, 2));
    int number = receive(ends[1], fds, 1);
    NAMES(fds[number - 1]);

    say("never received");
    int listener = listener_on(AF_INET, 7000);
    CALL(pass(ends[0], &listener, 1));
    CALL(close(listener));
    CALL(close(ends[0]));
    CALL(close(ends[1]));
    CALL(connect((int)MUST(socket(AF_INET, SOCK_STREAM, 0)), AT4("127.0.0.1", 7000)));
    CALL(pass(-1, two, 1));
    two[1] = -1;
    MUST(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends));
    CALL(pass(ends[0], two, 2));
}
