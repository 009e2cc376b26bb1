/* life_no_descriptors.c: socket calls of a process that has no descriptor left. */
#include "harness.h"

#include <netdb.h>
#include <sys/resource.h>

static int fillers[4096], filled;

static void fill(void) {
    int fd;
    while ((fd = dup(0)) >= 0)
        fillers[filled++] = fd;
}

static void empty(void) {
    while (filled > 0)
        close(fillers[--filled]);
}

int main(void) {
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = 64;
    MUST(setrlimit(RLIMIT_NOFILE, &limit));
    int listener = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    int client = (int)MUST(socket(AF_INET, SOCK_STREAM, 0)), refused = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    int udp = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0)), sender = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0)), epoll = (int)MUST(epoll_create1(0));
    int group = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    int failing = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    int wild = (int)MUST(socket(AF_INET6, SOCK_STREAM, 0));
    struct pair pair = tcp_pair(AF_INET);
    struct pair gone = tcp_pair(AF_INET);
    fill();
    CALL(socket(AF_INET, SOCK_STREAM, 0));
    CALL(socket(AF_INET, SOCK_DGRAM, 0));
    CALL(set_int(listener, SOL_SOCKET, SO_REUSEADDR, 1));
    CALL(bind(listener, AT4("127.0.0.1", 7000)));
    CALL(listen(listener, 5));
    CALL(bind(wild, AT6("::", 7005)));
    CALL(listen(wild, 5));
    CALL(connect(client, AT4("127.0.0.1", 7000)));
    CALL(connect(refused, AT4("127.0.0.1", 7001)));
    CALL(accept(listener, NULL, NULL));
    POLL(listener);
    NAMES(client);
    CALL(write(client, "x", 1));
    CALL(bind(udp, AT4("127.0.0.1", 7002)));
    CALL(sendto(sender, "hello", 5, 0, AT4("127.0.0.1", 7002)));
    RECVFROM(udp, 10, 0);
    for (int i = 0; i < 40; i++)
        if (sendto(sender, &i, sizeof i, 0, AT4("127.0.0.1", 7002)) != sizeof i) say("send %d: %s", i, error_name(errno));
    int got = 0, value;
    while (recv(udp, &value, sizeof value, MSG_DONTWAIT) == sizeof value)
        if (value == got) got++;
    say("%d of 40", got);
    CALL(connect(failing, AT4("127.0.0.1", 9)));
    CALL(send(failing, "x", 1, 0));
    settle(failing, POLLERR);
    CALL(send(failing, "x", 1, 0));
    struct ip_mreq request = {.imr_multiaddr.s_addr = inet_addr("224.1.2.3"), .imr_interface.s_addr = htonl(INADDR_LOOPBACK)};
    CALL(setsockopt(group, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof request));
    struct epoll_event event = {.events = EPOLLIN};
    CALL(epoll_ctl(epoll, EPOLL_CTL_ADD, pair.server, &event));
    CALL(epoll_wait(epoll, &event, 1, 0));
    CALL(write(pair.client, "x", 1));
    CALL(epoll_wait(epoll, &event, 1, -1));
    RECV(pair.server, 3, 0);
    close(gone.client);
    fill();
    settle(gone.server, POLLIN);
    POLL(gone.server);
    RECV(gone.server, 3, 0);
    CALL(write(gone.server, "x", 1));
    CALL(shutdown(pair.client, SHUT_RD));
    CALL(write(pair.server, "late", 4));
    RECV(pair.client, 10, 0);
    struct addrinfo *list, hints = {.ai_socktype = SOCK_STREAM};
    int code = getaddrinfo("localhost", "80", &hints, &list);
    say("getaddrinfo = %d %s", code, code == EAI_SYSTEM ? error_name(errno) : gai_strerror(code));
    code = getaddrinfo("127.0.0.1", "80", &hints, &list);
    say("getaddrinfo = %d", code);
    empty();
    TRY(accept(listener, NULL, NULL));
}
