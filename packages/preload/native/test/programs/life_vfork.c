/* life_vfork.c: children of vfork(2) close what is their parent's, and nothing of it is lost. */
#include "harness.h"

static int listener;

/* In the memory of its parent, with descriptors of its own. */
static void let_a_child_of_vfork_close_all(void) {
    pid_t child = vfork();
    if (child == 0) {
        close(listener);
        _exit(0);
    }
    finish(child);
}

static void serve_one(const char *who) {
    int client = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    say("%s", who);
    CALL(connect(client, AT4("127.0.0.1", 7000)));
    int connection = (int)TRY(accept(listener, NULL, NULL));
    CALL(write(client, who, 6));
    READ(connection, 6);
    CALL(close(client));
    READ(connection, 1);
    CALL(close(connection));
}

/* Whose first call of all is vfork(2). */
static void child_begins_with_vfork(void *argument) {
    (void)argument;
    let_a_child_of_vfork_close_all();
    serve_one("child of fork");
    CALL(close(listener));
}

int main(void) {
    listener = listener_on(AF_INET, 7000);
    let_a_child_of_vfork_close_all();
    serve_one("parent");
    finish(in_child(child_begins_with_vfork, NULL));
    serve_one("parent again");
    int second = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    CALL(bind(second, AT4("127.0.0.1", 7000)));
    CALL(close(listener));
    CALL(bind(second, AT4("127.0.0.1", 7000)));
}
