/* option_buffers.c: buffer sizes. */
#include "harness.h"

static void buffers(const char *text, int fd) {
    say("%s", text);
    CALL(set_int(fd, SOL_SOCKET, SO_RCVBUF, 10000));
    OPTION(fd, SOL_SOCKET, SO_RCVBUF);
    CALL(set_int(fd, SOL_SOCKET, SO_SNDBUF, 20000));
    OPTION(fd, SOL_SOCKET, SO_SNDBUF);
    CALL(set_int(fd, SOL_SOCKET, SO_RCVBUF, 1));
    OPTION(fd, SOL_SOCKET, SO_RCVBUF);
    CALL(set_int(fd, SOL_SOCKET, SO_SNDBUF, 1));
    OPTION(fd, SOL_SOCKET, SO_SNDBUF);
    CALL(set_int(fd, SOL_SOCKET, SO_SNDBUF, 1 << 30));
    OPTION(fd, SOL_SOCKET, SO_SNDBUF);
    CALL(set_int(fd, SOL_SOCKET, SO_RCVBUF, 1 << 30));
    OPTION(fd, SOL_SOCKET, SO_RCVBUF);
    CALL(set_int(fd, SOL_SOCKET, SO_RCVBUF, -1));
    CALL(set_int(fd, SOL_SOCKET, SO_RCVLOWAT, 100));
    OPTION(fd, SOL_SOCKET, SO_RCVLOWAT);
    OPTION(fd, SOL_SOCKET, SO_SNDLOWAT);
    CALL(set_int(fd, SOL_SOCKET, SO_RCVLOWAT, -1));
}

int main(void) {
    buffers("TCP", (int)MUST(socket(AF_INET, SOCK_STREAM, 0)));
    buffers("UDP", (int)MUST(socket(AF_INET, SOCK_DGRAM, 0)));
    buffers("TCP over IPv6", (int)MUST(socket(AF_INET6, SOCK_STREAM, 0)));

    say("small buffers still carry everything");
    struct pair pair = tcp_pair(AF_INET);
    CALL(set_int(pair.client, SOL_SOCKET, SO_SNDBUF, 4096));
    CALL(set_int(pair.server, SOL_SOCKET, SO_RCVBUF, 4096));
    static char block[50000];
    pid_t child = (pid_t)MUST(fork());
    if (child == 0) {
        ssize_t length = write(pair.client, block, sizeof block);
        _exit(length == sizeof block ? 0 : 1);
    }
    MUST(close(pair.client));
    size_t total = 0;
    ssize_t length;
    while ((length = MUST(read(pair.server, block, sizeof block))) > 0)
        total += (size_t)length;
    finish(child);
    say("%zu bytes", total);
}
