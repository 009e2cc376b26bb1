/* life_dup_over.c: a descriptor that changes what it names. */
#include "harness.h"
#include <sys/mman.h>

int main(void) {
    int file = (int)MUST(memfd_create("file", 0));
    struct pair pair = tcp_pair(AF_INET);
    say("a file over a socket");
    CALL(dup2(file, pair.client));
    READ(pair.server, 10);
    CALL(write(pair.client, "to the file", 11));
    CALL(getsockname(pair.client, NULL, NULL));
    char buffer[20] = "";
    CALL(pread(file, buffer, sizeof buffer, 0));
    say("\"%s\"", buffer);

    say("a socket over a file");
    struct pair second = tcp_pair(AF_INET);
    CALL(dup2(second.client, file));
    NAMES(file);
    CALL(write(file, "to the socket", 13));
    READ(second.server, 20);

    say("a socket over a socket");
    struct pair third = tcp_pair(AF_INET);
    CALL(dup2(second.client, third.client));
    READ(third.server, 10);
    NAMES(third.client);
    CALL(write(third.client, "again", 5));
    READ(second.server, 20);

    say("a pipe and an eventfd at the number of a closed socket");
    int listener = listener_on(AF_INET, 7000);
    CALL(close(listener));
    int ends[2];
    MUST(pipe2(ends, O_CLOEXEC));
    say("same number: %d", ends[0] == listener || ends[1] == listener);
    CALL(write(ends[1], "pipe", 4));
    READ(ends[0], 10);
    CALL(getsockname(ends[0], NULL, NULL));
    CALL(listen(ends[1], 5));
    int epoll = (int)MUST(epoll_create1(0));
    CALL(getsockname(epoll, NULL, NULL));
    int redirected = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    FILE *stream = freopen("/dev/null", "w", fdopen(redirected, "w"));
    CALL(getsockname(fileno(stream), NULL, NULL));
}
