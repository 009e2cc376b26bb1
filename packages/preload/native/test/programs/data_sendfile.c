/* data_sendfile.c: sendfile(2), splice(2) and copying between descriptors. */
#include "harness.h"
#include <sys/mman.h>
#include <sys/sendfile.h>

static int file_of(size_t size) {
    int fd = (int)MUST(memfd_create("file", 0));
    for (size_t i = 0; i < size; i++)
        MUST(write(fd, i % 10 == 9 ? "\n" : "abcdefghi" + i % 10, 1));
    return fd;
}

int main(void) {
    struct pair pair = tcp_pair(AF_INET);
    int file = file_of(3000);
    off_t offset = 5;
    CALL(sendfile(pair.client, file, &offset, 20));
    say("offset %ld", (long)offset);
    RECV(pair.server, 100, 0);
    MUST(lseek(file, 2990, SEEK_SET));
    CALL(sendfile(pair.client, file, NULL, 4000));
    CALL(sendfile(pair.client, file, NULL, 4000));
    RECV(pair.server, 100, 0);
    CALL(sendfile(file, pair.client, NULL, 10));
    CALL(sendfile(pair.client, -1, NULL, 10));

    say("splice");
    int ends[2];
    MUST(pipe(ends));
    MUST(write(pair.client, "through a pipe", 14));
    CALL(splice(pair.server, NULL, ends[1], NULL, 100, 0));
    CALL(splice(ends[0], NULL, pair.server, NULL, 100, 0));
    RECV(pair.client, 100, 0);
    CALL(splice(pair.server, NULL, pair.client, NULL, 10, 0));
    MUST(fcntl(pair.server, F_SETFL, O_NONBLOCK));
    CALL(splice(pair.server, NULL, ends[1], NULL, 100, SPLICE_F_NONBLOCK));
    MUST(fcntl(pair.server, F_SETFL, 0));

    say("a datagram from a file");
    struct pair udp = udp_pair(AF_INET);
    offset = 0;
    CALL(sendfile(udp.client, file, &offset, 9));
    RECV(udp.server, 100, 0);

    say("the peer is gone");
    signal(SIGPIPE, SIG_IGN);
    MUST(close(pair.server));
    settle(pair.client, POLLRDHUP);
    CALL(splice(pair.client, NULL, ends[1], NULL, 10, 0));
    offset = 0;
    CALL(sendfile(pair.client, file, &offset, 1));
    settle(pair.client, POLLHUP);
    CALL(sendfile(pair.client, file, &offset, 1));
}
