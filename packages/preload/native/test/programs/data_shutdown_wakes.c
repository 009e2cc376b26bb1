/* data_shutdown_wakes.c: shutdown(2) ends the read of another thread; close(2) does not. */
#include "harness.h"

struct reader {
    int fd;
    struct bell ready;
    pid_t thread;
};

static void *read_on(void *argument) {
    struct reader *reader = argument;
    reader->thread = this_thread();
    ring(reader->ready);
    READ(reader->fd, 100);
    return NULL;
}

static pthread_t start(struct reader *reader) {
    pthread_t thread;
    reader->ready = new_bell();
    pthread_create(&thread, NULL, read_on, reader);
    await_bell(reader->ready);
    await_sleep(reader->thread);
    return thread;
}

int main(void) {
    struct pair pair = tcp_pair(AF_INET);
    struct reader reader = {.fd = pair.client};
    pthread_t thread = start(&reader);
    MUST(shutdown(pair.client, SHUT_RD));
    pthread_join(thread, NULL);

    say("closed, and then the data arrives");
    pair = tcp_pair(AF_INET);
    reader.fd = pair.client;
    thread = start(&reader);
    MUST(close(pair.client));
    MUST(write(pair.server, "arrives", 7));
    pthread_join(thread, NULL);

    say("a datagram socket");
    pair = udp_pair(AF_INET);
    reader.fd = pair.client;
    thread = start(&reader);
    MUST(shutdown(pair.client, SHUT_RD));
    pthread_join(thread, NULL);
}
