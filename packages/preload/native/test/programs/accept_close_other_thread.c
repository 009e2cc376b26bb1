/* accept_close_other_thread.c: a listener is closed while another thread waits in accept(2), which goes on
 * waiting and gets the next connection. */
#include "harness.h"

struct waiter {
    int listener;
    struct bell ready;
    pid_t thread;
};

static void *wait_in_accept(void *argument) {
    struct waiter *waiter = argument;
    waiter->thread = this_thread();
    ring(waiter->ready);
    struct sockaddr_in peer;
    socklen_t length = sizeof peer;
    int fd = (int)TRY(accept(waiter->listener, (struct sockaddr *)&peer, &length));
    say("from %s", address_text(&peer, length));
    NAMES(fd);
    READ(fd, 10);
    return NULL;
}

int main(void) {
    struct waiter waiter = {.listener = listener_on(AF_INET, 7000), .ready = new_bell()};
    int client = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    pthread_t thread;
    pthread_create(&thread, NULL, wait_in_accept, &waiter);
    await_bell(waiter.ready);
    await_sleep(waiter.thread);

    CALL(close(waiter.listener));
    CALL(accept(waiter.listener, NULL, NULL));
    int result = connect(client, AT4("127.0.0.1", 7000));
    MUST(write(client, "late", 4));
    pthread_join(thread, NULL);
    say("connect = %d", result);
    CALL(connect((int)MUST(socket(AF_INET, SOCK_STREAM, 0)), AT4("127.0.0.1", 7000)));
}
