/* life_daemon.c: processes that libc makes for a program: daemon(3) and forkpty(3). */
#include "harness.h"

#include <pty.h>

static int listener;

static void serve_one(void) {
    int connection = (int)MUST(accept(listener, NULL, NULL));
    READ(connection, 10);
    NAMES(connection);
    CALL(write(connection, "served", 6));
    CALL(close(listener));
    /* The client waits for this, and then speaks. */
    MUST(close(connection));
}

/* Who calls daemon(3) ends, and its child serves. */
static void becomes_a_daemon(void *argument) {
    (void)argument;
    CALL(daemon(1, 1));
    serve_one();
}

static void talk_to_it(void) {
    int client = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    MUST(connect(client, AT4("127.0.0.1", 7000)));
    MUST(write(client, "hello", 5));
    char text[10];
    int length = (int)MUST(recv(client, text, sizeof text, 0));
    /* The end: nobody says anything after it. */
    MUST(recv(client, text + length, 1, 0));
    say("%.*s", length, text);
    MUST(close(client));
}

int main(void) {
    listener = listener_on(AF_INET, 7000);
    say("daemon");
    finish(in_child(becomes_a_daemon, NULL));
    talk_to_it();

    say("forkpty");
    int terminal, output = (int)MUST(dup(1));
    pid_t child = (pid_t)MUST(forkpty(&terminal, NULL, NULL, NULL));
    if (child == 0) {
        dup2(output, 1);
        serve_one();
        _exit(0);
    }
    talk_to_it();
    finish(child);
    MUST(close(terminal));

    say("and the listener is still the parent's");
    int client = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    CALL(connect(client, AT4("127.0.0.1", 7000)));
    TRY(accept(listener, NULL, NULL));
}
