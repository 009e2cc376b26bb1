/* data_flags.c: MSG_ flags on TCP. */
#include "harness.h"

struct late {
    int fd;
    pid_t reader;
};

static void *send_late(void *argument) {
    struct late *late = argument;
    await_sleep(late->reader);
    MUST(send(late->fd, "789", 3, 0));
    return NULL;
}

int main(void) {
    struct pair pair = tcp_pair(AF_INET);
    char buffer[64];
    RECV(pair.server, 10, MSG_DONTWAIT);
    MUST(send(pair.client, "0123456789", 10, 0));
    RECV(pair.server, 4, MSG_PEEK);
    RECVFROM(pair.server, 40, MSG_PEEK);
    RECV(pair.server, 4, 0);
    RECV(pair.server, 3, MSG_TRUNC);
    RECV(pair.server, 40, MSG_DONTWAIT);
    RECV(pair.server, 40, MSG_DONTWAIT | MSG_PEEK);

    say("MSG_WAITALL");
    MUST(send(pair.client, "abc", 3, 0));
    MUST(send(pair.client, "456", 3, 0));
    struct late late = {.fd = pair.client, .reader = this_thread()};
    pthread_t thread;
    pthread_create(&thread, NULL, send_late, &late);
    RECV(pair.server, 9, MSG_WAITALL);
    pthread_join(thread, NULL);
    MUST(send(pair.client, "xyz", 3, 0));
    RECV(pair.server, 9, MSG_WAITALL | MSG_DONTWAIT);
    MUST(send(pair.client, "end", 3, 0));
    CALL(shutdown(pair.client, SHUT_WR));
    RECV(pair.server, 9, MSG_WAITALL);
    RECV(pair.server, 9, MSG_WAITALL);

    say("harmless ones");
    pair = tcp_pair(AF_INET);
    CALL(send(pair.client, "a", 1, MSG_NOSIGNAL | MSG_MORE));
    CALL(send(pair.client, "b", 1, MSG_DONTROUTE | MSG_CONFIRM));
    CALL(send(pair.client, "c", 1, MSG_EOR));
    settle(pair.server, POLLIN);
    RECV(pair.server, 10, MSG_WAITALL | MSG_DONTWAIT);
    CALL(recv(pair.server, buffer, 10, MSG_ERRQUEUE));
    CALL(recv(pair.server, buffer, 10, MSG_OOB));

    say("addresses of data that are none");
    CALL(send(pair.client, (void *)1, 4, 0));
    MUST(send(pair.client, "good", 4, 0));
    CALL(recv(pair.server, (void *)1, 4, 0));
    RECV(pair.server, 10, 0);
    CALL(send(-1, "x", 1, 0));
    CALL(recv(-1, buffer, 1, 0));
    CALL(send(0, "x", 1, 0));
    CALL(recv(0, buffer, 1, 0));
}
