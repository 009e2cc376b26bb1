/* data_peek_all.c: MSG_PEEK with MSG_WAITALL waits for all of the bytes and takes none, until there are no more to come. */
#include "harness.h"

struct reader {
    int fd;
    size_t wanted;
    pid_t thread;
    struct bell ready;
};

static void *peek(void *argument) {
    struct reader *reader = argument;
    reader->thread = this_thread();
    ring(reader->ready);
    show_recv("fd", reader->fd, reader->wanted, MSG_PEEK | MSG_WAITALL, "MSG_PEEK | MSG_WAITALL");
    return NULL;
}

static pthread_t start(struct reader *reader) {
    pthread_t thread;
    reader->ready = new_bell();
    pthread_create(&thread, NULL, peek, reader);
    await_bell(reader->ready);
    await_sleep(reader->thread);
    return thread;
}

int main(void) {
    struct pair pair = tcp_pair(AF_INET);
    struct reader reader = {.fd = pair.server, .wanted = 6};

    say("the rest comes in two parts");
    MUST(send(pair.client, "ab", 2, 0));
    settle(pair.server, POLLIN);
    pthread_t thread = start(&reader);
    MUST(send(pair.client, "cd", 2, 0));
    await_sleep(reader.thread);
    MUST(send(pair.client, "ef", 2, 0));
    pthread_join(thread, NULL);
    RECV(pair.server, 10, MSG_DONTWAIT);

    say("it is there already");
    MUST(send(pair.client, "abcdefgh", 8, 0));
    settle(pair.server, POLLIN);
    RECV(pair.server, 8, MSG_PEEK | MSG_WAITALL);
    RECV(pair.server, 4, MSG_PEEK | MSG_WAITALL);
    RECV(pair.server, 20, MSG_PEEK | MSG_WAITALL | MSG_DONTWAIT);

    say("its time is over");
    struct timeval moment = {.tv_usec = 20000}, never = {0};
    MUST(setsockopt(pair.server, SOL_SOCKET, SO_RCVTIMEO, &moment, sizeof moment));
    RECV(pair.server, 20, MSG_PEEK | MSG_WAITALL);
    MUST(setsockopt(pair.server, SOL_SOCKET, SO_RCVTIMEO, &never, sizeof never));

    say("the end comes");
    reader.wanted = 20;
    thread = start(&reader);
    MUST(shutdown(pair.client, SHUT_WR));
    pthread_join(thread, NULL);
    RECV(pair.server, 20, MSG_PEEK | MSG_WAITALL);
    RECV(pair.server, 20, 0);
    RECV(pair.server, 20, MSG_PEEK | MSG_WAITALL);
}
