/* data_shutdown.c: halves of a connection. */
#include "harness.h"

static void *echo_until_end(void *argument) {
    int fd = *(int *)argument;
    char buffer[1000];
    size_t kept = 0;
    ssize_t length;
    while ((length = read(fd, buffer + kept, sizeof buffer - kept)) > 0)
        kept += (size_t)length;
    MUST(write(fd, buffer, kept));
    close(fd);
    return NULL;
}

int main(void) {
    say("half-close: the answer comes after the end of the question");
    struct pair pair = tcp_pair(AF_INET);
    pthread_t thread;
    pthread_create(&thread, NULL, echo_until_end, &pair.server);
    CALL(write(pair.client, "question", 8));
    CALL(shutdown(pair.client, SHUT_WR));
    RECV(pair.client, 100, MSG_WAITALL);
    pthread_join(thread, NULL);
    CALL(shutdown(pair.client, SHUT_WR));
    CALL(shutdown(pair.client, SHUT_RD));
    CALL(close(pair.client));

    say("the read half");
    pair = tcp_pair(AF_INET);
    MUST(write(pair.server, "before", 6));
    settle(pair.client, POLLIN);
    CALL(shutdown(pair.client, SHUT_RD));
    READ(pair.client, 100);
    READ(pair.client, 100);
    CALL(write(pair.server, "after", 5)); /* What becomes of that differs: docs/limits.md. */
    CALL(write(pair.client, "still speaks", 12));
    READ(pair.server, 100);
    CALL(write(pair.server, "again", 5));

    say("both halves at once");
    pair = tcp_pair(AF_INET);
    MUST(write(pair.server, "before", 6));
    settle(pair.client, POLLIN);
    CALL(shutdown(pair.client, SHUT_RDWR));
    READ(pair.client, 100);
    READ(pair.client, 100);
    settle(pair.server, POLLIN);
    READ(pair.server, 100);
    CALL(send(pair.client, "x", 1, MSG_NOSIGNAL));
    CALL(shutdown(pair.client, SHUT_RDWR));

    say("mistakes");
    CALL(shutdown(pair.server, 3));
    CALL(shutdown(pair.server, -1));
    CALL(shutdown(-1, SHUT_RD));
    CALL(shutdown(0, SHUT_RD));
}
