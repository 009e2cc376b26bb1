/* accept_shutdown_wakes.c: shutdown(2) of a listener. */
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
    CALL(accept(waiter->listener, NULL, NULL));
    return NULL;
}

int main(void) {
    struct waiter waiter = {.listener = listener_on(AF_INET, 7000), .ready = new_bell()};
    pthread_t thread;
    pthread_create(&thread, NULL, wait_in_accept, &waiter);
    await_bell(waiter.ready);
    await_sleep(waiter.thread);
    int result = shutdown(waiter.listener, SHUT_RD);
    pthread_join(thread, NULL);
    say("shutdown = %d", result);

    POLL(waiter.listener);
    OPTION(waiter.listener, SOL_SOCKET, SO_ACCEPTCONN);
    CALL(accept(waiter.listener, NULL, NULL));
    CALL(connect((int)MUST(socket(AF_INET, SOCK_STREAM, 0)), AT4("127.0.0.1", 7000)));
    CALL(shutdown(waiter.listener, SHUT_RDWR));
    say("and it can listen again");
    CALL(listen(waiter.listener, 5));
    CALL(connect((int)MUST(socket(AF_INET, SOCK_STREAM, 0)), AT4("127.0.0.1", 7000)));
    TRY(accept(waiter.listener, NULL, NULL));
    POLL(waiter.listener);
    say("the write half of a listener is not there to shut");
    CALL(shutdown(waiter.listener, SHUT_WR));
    CALL(connect((int)MUST(socket(AF_INET, SOCK_STREAM, 0)), AT4("127.0.0.1", 7000)));
    CALL(shutdown(waiter.listener, SHUT_RDWR));
    CALL(connect((int)MUST(socket(AF_INET, SOCK_STREAM, 0)), AT4("127.0.0.1", 7000)));
}
