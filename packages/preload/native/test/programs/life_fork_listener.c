/* life_fork_listener.c: workers that accept from one listener. */
#include "harness.h"

enum { WORKERS = 3 };

static int listener;
static struct bell ready;

static void work(void *argument) {
    (void)argument;
    ring(ready);
    int fd = (int)MUST(accept(listener, NULL, NULL));
    char buffer[10];
    ssize_t length = MUST(read(fd, buffer, sizeof buffer));
    MUST(write(fd, buffer, (size_t)length));
    exit(0);
}

int main(void) {
    ready = new_bell();
    listener = listener_on(AF_INET, 7000);
    pid_t workers[WORKERS];
    for (int i = 0; i < WORKERS; i++)
        workers[i] = in_child(work, NULL);
    for (int i = 0; i < WORKERS; i++)
        await_bell(ready);
    for (int i = 0; i < WORKERS; i++) {
        int client = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
        CALL(connect(client, AT4("127.0.0.1", 7000)));
        CALL(write(client, "echo", 4));
        READ(client, 10);
        READ(client, 10);
        MUST(close(client));
    }
    for (int i = 0; i < WORKERS; i++)
        finish(workers[i]);
    say("the workers are gone, the listener is not");
    NAMES(listener);
    int client = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    CALL(connect(client, AT4("127.0.0.1", 7000)));
    TRY(accept(listener, NULL, NULL));

    say("the parent leaves its listener to a child");
    ready = new_bell();
    pid_t child = in_child(work, NULL);
    await_bell(ready);
    CALL(close(listener));
    int last = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    CALL(connect(last, AT4("127.0.0.1", 7000)));
    CALL(write(last, "echo", 4));
    READ(last, 10);
    finish(child);
    CALL(connect((int)MUST(socket(AF_INET, SOCK_STREAM, 0)), AT4("127.0.0.1", 7000)));
}
