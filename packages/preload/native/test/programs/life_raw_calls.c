/* life_raw_calls.c: sockets used by syscall(2) alone, as programs do whose libc lacks a wrapper. */
#include "harness.h"

#include <sys/syscall.h>

#ifdef __x86_64__
static void wait_raw(int fd) {
    struct pollfd descriptor = {.fd = fd, .events = POLLIN | POLLOUT};
    CALL(syscall(SYS_poll, &descriptor, 1, -1));
    say("%s", event_names((unsigned short)descriptor.revents));
    fd_set set;
    FD_ZERO(&set);
    FD_SET(fd, &set);
    CALL(syscall(SYS_select, fd + 1, NULL, &set, NULL, NULL));
}
#else
static void wait_raw(int fd) {
    (void)fd;
}
#endif

int main(void) {
    int listener = (int)MUST(syscall(SYS_socket, AF_INET, SOCK_STREAM, 0));
    int one = 1;
    CALL(syscall(SYS_setsockopt, listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one));
    CALL(syscall(SYS_bind, listener, AT4("127.0.0.1", 7000)));
    CALL(syscall(SYS_listen, listener, 5));
    int client = (int)MUST(syscall(SYS_socket, AF_INET, SOCK_STREAM, 0));
    CALL(syscall(SYS_connect, client, AT4("127.0.0.1", 7000)));
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    int server = (int)MUST(syscall(SYS_accept4, listener, &address, &length, 0));
    say("from %s", address_text(&address, length));
    CALL(syscall(SYS_getsockname, server, &address, &length));
    say("%s", address_text(&address, length));
    CALL(syscall(SYS_getpeername, server, &address, &length));
    say("%s", address_text(&address, length));
    int domain = 0;
    length = sizeof domain;
    CALL(syscall(SYS_getsockopt, server, SOL_SOCKET, SO_DOMAIN, &domain, &length));
    say("family %d", domain);
    CALL(syscall(SYS_write, client, "hello", 5));
    settle(server, POLLIN);
    wait_raw(server);
    struct pollfd descriptor = {.fd = client, .events = POLLIN};
    struct timespec limit = {.tv_sec = 1000};
    CALL(syscall(SYS_ppoll, &descriptor, 1, &(struct timespec){.tv_nsec = 1000000}, NULL, 8));
    descriptor.fd = server;
    CALL(syscall(SYS_ppoll, &descriptor, 1, &limit, NULL, 8));
    say("more than 900 s are left: %d", limit.tv_sec > 900);
    fd_set set;
    FD_ZERO(&set);
    FD_SET(server, &set);
    sigset_t none;
    sigemptyset(&none);
    struct {
        sigset_t *set;
        size_t size;
    } mask = {&none, 8};
    CALL(syscall(SYS_pselect6, server + 1, &set, NULL, NULL, &limit, &mask));
    int unread = 0;
    CALL(syscall(SYS_ioctl, server, FIONREAD, &unread));
    say("%d unread", unread);
    int copy = (int)MUST(syscall(SYS_dup, server));
    MUST(syscall(SYS_close, server));
    NAMES(copy);
    int other = (int)MUST(syscall(SYS_fcntl, copy, F_DUPFD_CLOEXEC, 50));
    MUST(syscall(SYS_dup3, copy, 60, 0));
    MUST(syscall(SYS_close, copy));
    NAMES(other);
    NAMES(60);
    READ(60, 10);
    MUST(syscall(SYS_close, 60));
    CALL(syscall(SYS_shutdown, other, SHUT_WR));
    READ(client, 10);
    CALL(syscall(SYS_close, other));
    CALL(syscall(SYS_close, other));
}
