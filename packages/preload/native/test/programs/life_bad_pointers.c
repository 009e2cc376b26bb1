/* life_bad_pointers.c: every call with pointers to nowhere: EFAULT, or whatever the kernel looks at before. */
#pragma GCC diagnostic ignored "-Wnonnull"
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wstringop-overflow"
#pragma GCC diagnostic ignored "-Wstringop-overread"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include "harness.h"

#include <fcntl.h>
#include <net/if.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/time.h>

static struct pair tcp, udp;
static int listener, fresh, datagrams;

static void names(const char *what, void *bad) {
    struct sockaddr_in6 address;
    socklen_t length = sizeof address, *bad_length = bad;
    say("%s: names", what);
    CALL(open(bad, O_RDONLY));
    CALL(openat(AT_FDCWD, bad, O_RDONLY));
    CALL(bind(fresh, bad, 16));
    CALL(bind(datagrams, bad, 16));
    CALL(connect(fresh, bad, 16));
    CALL(connect(datagrams, bad, 16));
    CALL(connect(fresh, bad, 0));
    CALL(connect(fresh, bad, 5000));
    if (bad != NULL) {
        CALL(getsockname(tcp.client, bad, &length));
        CALL(getpeername(tcp.client, bad, &length));
    }
    CALL(getsockname(tcp.client, (struct sockaddr *)&address, bad_length));
    CALL(getpeername(tcp.client, (struct sockaddr *)&address, bad_length));
    CALL(getpeername(fresh, (struct sockaddr *)&address, bad_length));
    int client = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    MUST(connect(client, AT4("127.0.0.1", 7000)));
    if (bad != NULL) {
        length = sizeof address;
        CALL(accept(listener, bad, &length));
    } else {
        CALL(accept(listener, (struct sockaddr *)&address, bad_length));
    }
    POLL(listener);
    close(client);
}

static void data(const char *what, void *bad) {
    struct sockaddr_in6 address;
    socklen_t length = sizeof address, *bad_length = bad;
    char byte[16] = "x";
    struct iovec part = {byte, 1}, bad_part = {bad, 1}, *bad_parts = bad;
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    say("%s: data", what);
    MUST(write(udp.client, "1", 1));
    MUST(write(udp.client, "2", 1));
    settle(udp.server, POLLIN);
    if (bad != NULL) {
        length = sizeof address;
        CALL(recvfrom(udp.server, byte, 1, 0, bad, &length));
    } else {
        CALL(recv(udp.server, byte, 1, 0));
    }
    CALL(recvfrom(udp.server, byte, 1, 0, (struct sockaddr *)&address, bad_length));
    RECV(udp.server, 5, MSG_DONTWAIT);
    CALL(sendto(datagrams, "x", 1, 0, bad, 16));
    CALL(write(tcp.client, bad, 1));
    CALL(send(tcp.client, bad, 1, 0));
    CALL(write(udp.client, bad, 1));
    CALL(send(udp.client, bad, 1, 0));
    CALL(sendto(datagrams, bad, 1, 0, AT4("127.0.0.1", 7001)));
    CALL(writev(tcp.client, bad_parts, 1));
    CALL(writev(tcp.client, &bad_part, 1));
    CALL(writev(udp.client, bad_parts, 1));
    CALL(writev(udp.client, &bad_part, 1));
    CALL(sendmsg(tcp.client, bad, 0));
    CALL(sendmsg(udp.client, bad, 0));
    message.msg_iov = bad;
    CALL(sendmsg(tcp.client, &message, 0));
    CALL(sendmsg(udp.client, &message, 0));
    CALL(recvmsg(tcp.client, &message, MSG_DONTWAIT));
    CALL(recvmsg(udp.client, &message, MSG_DONTWAIT));
    message.msg_iov = &bad_part;
    CALL(sendmsg(tcp.client, &message, 0));
    CALL(sendmsg(udp.client, &message, 0));
    message.msg_iov = &part;
    message.msg_name = bad;
    message.msg_namelen = 16;
    CALL(sendmsg(datagrams, &message, 0));
    CALL(sendmsg(tcp.client, &message, 0));
    RECV(tcp.server, 5, MSG_DONTWAIT);
    message.msg_name = NULL;
    message.msg_namelen = 0;
    message.msg_control = bad;
    message.msg_controllen = 24;
    CALL(sendmsg(udp.client, &message, 0));
    CALL(recv(udp.server, byte, 1, MSG_DONTWAIT));
    CALL(sendmsg(tcp.client, &message, 0));
    CALL(recv(tcp.server, byte, 1, MSG_DONTWAIT));
    CALL(sendmmsg(udp.client, bad, 1, 0));
    CALL(recvmmsg(udp.client, bad, 1, MSG_DONTWAIT, NULL));
    int unix_socket = (int)MUST(socket(AF_UNIX, SOCK_DGRAM, 0));
    CALL(sendmsg(unix_socket, bad, 0));
    CALL(recvmsg(unix_socket, bad, MSG_DONTWAIT));
    CALL(sendmmsg(unix_socket, bad, 1, 0));
    CALL(recvmmsg(unix_socket, bad, 1, MSG_DONTWAIT, NULL));
    CALL(recvfrom(unix_socket, byte, 1, MSG_DONTWAIT, (struct sockaddr *)&address, bad_length));
    close(unix_socket);
    MUST(write(udp.client, "1", 1));
    MUST(write(udp.client, "2", 1));
    settle(udp.server, POLLIN);
    message = (struct msghdr){.msg_iov = &part, .msg_iovlen = 1, .msg_name = bad, .msg_namelen = sizeof address};
    CALL(recvmsg(udp.server, &message, 0));
    message = (struct msghdr){.msg_iov = &part, .msg_iovlen = 1, .msg_control = bad, .msg_controllen = 64};
    CALL(recvmsg(udp.server, &message, 0));
    RECV(udp.server, 5, MSG_DONTWAIT);
    MUST(write(tcp.client, "ab", 2));
    settle(tcp.server, POLLIN);
    CALL(read(tcp.server, bad, 1));
    CALL(recv(tcp.server, bad, 1, 0));
    CALL(readv(tcp.server, bad_parts, 1));
    CALL(readv(tcp.server, &bad_part, 1));
    message = (struct msghdr){.msg_iov = &bad_part, .msg_iovlen = 1};
    CALL(recvmsg(tcp.server, &message, 0));
    RECV(tcp.server, 5, 0);
    MUST(write(udp.client, "1", 1));
    MUST(write(udp.client, "2", 1));
    settle(udp.server, POLLIN);
    CALL(read(udp.server, bad, 1));
    RECV(udp.server, 5, MSG_DONTWAIT);
    RECV(udp.server, 5, MSG_DONTWAIT);
}

static void options_and_waiting(const char *what, void *bad) {
    socklen_t length = 4, *bad_length = bad;
    say("%s: options", what);
    CALL(setsockopt(tcp.client, SOL_SOCKET, SO_KEEPALIVE, bad, 4));
    CALL(setsockopt(tcp.client, SOL_SOCKET, SO_REUSEADDR, bad, 4));
    CALL(setsockopt(tcp.client, SOL_SOCKET, SO_RCVTIMEO, bad, sizeof(struct timeval)));
    CALL(setsockopt(tcp.client, SOL_SOCKET, SO_LINGER, bad, sizeof(struct linger)));
    CALL(setsockopt(tcp.client, SOL_SOCKET, SO_SNDBUF, bad, 4));
    CALL(setsockopt(tcp.client, SOL_SOCKET, SO_BINDTODEVICE, bad, 4));
    CALL(setsockopt(tcp.client, IPPROTO_TCP, TCP_NODELAY, bad, 4));
    CALL(setsockopt(tcp.client, IPPROTO_TCP, TCP_CONGESTION, bad, 4));
    CALL(setsockopt(tcp.client, IPPROTO_IP, IP_TTL, bad, 4));
    CALL(setsockopt(udp.client, IPPROTO_IP, IP_ADD_MEMBERSHIP, bad, sizeof(struct ip_mreq)));
    CALL(setsockopt(udp.client, IPPROTO_UDP, 1, bad, 4));
    if (bad != NULL) {
        length = 4;
        CALL(getsockopt(tcp.client, SOL_SOCKET, SO_KEEPALIVE, bad, &length));
        CALL(getsockopt(tcp.client, SOL_SOCKET, SO_REUSEADDR, bad, &length));
        CALL(getsockopt(tcp.client, SOL_SOCKET, SO_ERROR, bad, &length));
        CALL(getsockopt(tcp.client, SOL_SOCKET, SO_SNDBUF, bad, &length));
        CALL(getsockopt(tcp.client, IPPROTO_TCP, TCP_NODELAY, bad, &length));
        CALL(getsockopt(tcp.client, IPPROTO_TCP, TCP_INFO, bad, &length));
        CALL(getsockopt(tcp.client, IPPROTO_IP, IP_TTL, bad, &length));
        CALL(getsockopt(udp.client, IPPROTO_UDP, 1, bad, &length));
    }
    int value;
    CALL(getsockopt(tcp.client, SOL_SOCKET, SO_KEEPALIVE, &value, bad_length));
    CALL(getsockopt(tcp.client, SOL_SOCKET, SO_ERROR, &value, bad_length));
    CALL(getsockopt(tcp.client, IPPROTO_TCP, TCP_NODELAY, &value, bad_length));
    CALL(getsockopt(tcp.client, IPPROTO_IP, IP_TTL, &value, bad_length));
    CALL(ioctl(tcp.client, FIONREAD, bad));
    CALL(ioctl(udp.client, FIONREAD, bad));
    CALL(ioctl(tcp.client, FIONBIO, bad));
    CALL(ioctl(tcp.client, SIOCATMARK, bad));
    CALL(ioctl(tcp.client, TIOCOUTQ, bad));
    CALL(ioctl(tcp.client, FIOASYNC, bad));
    CALL(ioctl(tcp.client, SIOCGIFFLAGS, bad));
    CALL(ioctl(udp.client, SIOCGIFADDR, bad));
    CALL(ioctl(udp.client, SIOCGIFNAME, bad));
    CALL(ioctl(udp.client, SIOCSIFFLAGS, bad));
    CALL(ioctl(udp.client, SIOCGIFCONF, bad));
    struct ifconf list = {.ifc_len = 4096, .ifc_buf = bad};
    CALL(ioctl(udp.client, SIOCGIFCONF, &list));
    say("%s", bad != NULL && list.ifc_len != 4096 ? "another length" : "the length as it was, or asked for");

    say("%s: waiting", what);
    CALL(poll(bad, 1, 0));
    fd_set set;
    FD_ZERO(&set);
    FD_SET(tcp.client, &set);
    CALL(select(tcp.client + 1, NULL, &set, bad, &(struct timeval){0}));
    int epoll = (int)MUST(epoll_create1(0));
    CALL(epoll_ctl(epoll, EPOLL_CTL_ADD, tcp.client, bad));
    MUST(epoll_ctl(epoll, EPOLL_CTL_ADD, tcp.client, &(struct epoll_event){.events = EPOLLOUT}));
    CALL(epoll_wait(epoll, bad, 1, 0));
    close(epoll);
}

/* Of programs that are never started. */
static void programs_and_copies(const char *what, void *bad) {
    char *arguments[] = {"x", NULL}, *none[] = {NULL}, *bad_strings[] = {bad != NULL ? bad : (char *)5, NULL}, **strings = bad;
    say("%s: programs", what);
    CALL(execve(bad, arguments, none));
    CALL(execve("/bin/true", arguments, bad_strings));
    CALL(execve("/nonexistent", arguments, bad_strings));
    if (bad != NULL)
        CALL(execve("/bin/true", arguments, strings));
    CALL(fexecve(tcp.client, arguments, bad_strings));
    pid_t child;
    CALL(posix_spawn(&child, "/bin/true", NULL, NULL, arguments, bad_strings));
    CALL(syscall(SYS_execveat, AT_FDCWD, bad, arguments, none, AT_EMPTY_PATH));

    say("%s: copies", what);
    int file = (int)MUST(memfd_create("file", 0)), ends[2];
    MUST(write(file, "data", 4));
    MUST(pipe(ends));
    if (bad != NULL) {
        CALL(sendfile(tcp.client, file, bad, 4));
        CALL(splice(ends[0], bad, tcp.client, NULL, 4, 0));
        CALL(syscall(SYS_ppoll, &(struct pollfd){.fd = tcp.client, .events = POLLOUT}, 1, bad, NULL, 8));
        CALL(syscall(SYS_pselect6, 0, NULL, NULL, NULL, bad, NULL));
    }
    CALL(splice(tcp.client, NULL, udp.client, NULL, 4, 0));
    close(file);
    close(ends[0]);
    close(ends[1]);
}

int main(void) {
    signal(SIGPIPE, SIG_IGN);
    tcp = tcp_pair(AF_INET);
    udp = udp_pair(AF_INET);
    listener = listener_on(AF_INET, 7000);
    fresh = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    datagrams = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    const struct {
        const char *name;
        void *pointer;
    } nowhere[] = {{"NULL", NULL}, {"a small number", (void *)3}, {"-1", (void *)-1}};
    for (int i = 0; i < 3; i++) {
        names(nowhere[i].name, nowhere[i].pointer);
        data(nowhere[i].name, nowhere[i].pointer);
        options_and_waiting(nowhere[i].name, nowhere[i].pointer);
        programs_and_copies(nowhere[i].name, nowhere[i].pointer);
    }
    void *page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    names("a page without rights", page);
    data("a page without rights", page);
    options_and_waiting("a page without rights", page);
    programs_and_copies("a page without rights", page);
}
