/* udp_bind_again.c: connect(2) to AF_UNSPEC takes the port away that the kernel chose; bind(2) gives the socket another. */
#include "harness.h"

static const struct sockaddr NOBODY = {.sa_family = AF_UNSPEC};
static struct sockaddr_in6 former; /* a port that was given up */
static socklen_t former_length;

static int connected(int family, int server) {
    int fd = (int)MUST(socket(family, SOCK_DGRAM | SOCK_NONBLOCK, 0));
    CALL(connect(fd, LOCAL(family, port_of(server))));
    former_length = sizeof former;
    MUST(getsockname(fd, (struct sockaddr *)&former, &former_length));
    return fd;
}

static void given_up(int family) {
    say("-- family %d", family);
    int server = udp_on(family, 0), fd = connected(family, server);
    CALL(connect(fd, &NOBODY, sizeof NOBODY));
    NAMES(fd);
    /* Nobody has that port any more. */
    int other = (int)MUST(socket(family, SOCK_DGRAM, 0));
    CALL(connect(other, (struct sockaddr *)&former, former_length) == 0 ? 0 : -1);
    CALL(send(other, "lost", 4, 0));
    CALL(send(other, "lost", 4, 0));
    RECV(fd, 10, 0);
    CALL(bind(fd, LOCAL(family, 7402)));
    NAMES(fd);
    CALL(bind(fd, LOCAL(family, 7403)));
    CALL(connect(other, LOCAL(family, 7402)));
    CALL(send(other, "found", 5, 0));
    settle(fd, POLLIN);
    RECVFROM(fd, 10, 0);
    CALL(connect(fd, LOCAL(family, port_of(server))));
    CALL(send(fd, "asked", 5, 0));
    settle(server, POLLIN);
    RECVFROM(server, 10, 0);
    /* This one is the program's choice. */
    CALL(connect(fd, &NOBODY, sizeof NOBODY));
    NAMES(fd);
    CALL(bind(fd, LOCAL(family, 7403)));
    CALL(close(fd));
    CALL(close(other));
    CALL(close(server));
}

/* Somebody else may take the port meanwhile. */
static void taken(void) {
    say("-- taken by another");
    int server = udp_on(AF_INET, 0), fd = connected(AF_INET, server);
    CALL(connect(fd, &NOBODY, sizeof NOBODY));
    int other = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    CALL(bind(other, (struct sockaddr *)&former, former_length));
    CALL(bind(fd, (struct sockaddr *)&former, former_length));
    CALL(sendto(fd, "from elsewhere", 14, 0, LOCAL(AF_INET, port_of(server))));
    settle(server, POLLIN);
    RECV(server, 20, 0);
    say("another port: %d", port_of(fd) != port_of(other));
    CALL(close(other));
    CALL(close(fd));
    CALL(close(server));
}

/* What was there before is there still. */
static void keeps_datagrams(void) {
    say("-- with datagrams to read");
    int server = udp_on(AF_INET, 0), fd = connected(AF_INET, server), epoll = (int)MUST(epoll_create1(0));
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = 7};
    MUST(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
    for (int i = 0; i < 30; i++) {
        char text[8];
        int length = snprintf(text, sizeof text, "no. %d", i);
        MUST(sendto(server, text, (size_t)length, 0, (struct sockaddr *)&former, former_length));
    }
    settle(fd, POLLIN);
    CALL(connect(fd, &NOBODY, sizeof NOBODY));
    POLL(fd);
    CALL(epoll_wait(epoll, &event, 1, -1));
    say("data %u", event.data.u32);
    RECVFROM(fd, 10, 0);
    CALL(bind(fd, LOCAL(AF_INET, 7404)));
    MUST(sendto(server, "the last", 8, 0, LOCAL(AF_INET, 7404)));
    int count = 0;
    char text[20];
    ssize_t length, last = 0;
    for (settle(fd, POLLIN); (length = recv(fd, text, sizeof text, 0)) >= 0; count++)
        last = length;
    say("%d datagrams, the last of %zd: %s, then %s", count, last, count > 0 ? "the last" : "", error_name(errno));
    CALL(epoll_wait(epoll, &event, 1, 0));
    MUST(sendto(server, "more", 4, 0, LOCAL(AF_INET, 7404)));
    CALL(epoll_wait(epoll, &event, 1, -1));
    RECVFROM(fd, 10, 0);
    CALL(close(fd));
    CALL(close(server));
}

static void keeps_options(void) {
    say("-- options and copies");
    int server = udp_on(AF_INET, 0), fd = connected(AF_INET, server), copy = (int)MUST(dup(fd));
    struct timeval limit = {.tv_sec = 3};
    MUST(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit));
    MUST(set_int(fd, IPPROTO_IP, IP_TTL, 9));
    MUST(set_int(fd, SOL_SOCKET, SO_RCVBUF, 50000));
    MUST(set_int(fd, SOL_SOCKET, SO_PRIORITY, 3));
    CALL(connect(fd, &NOBODY, sizeof NOBODY));
    CALL(bind(copy, LOCAL(AF_INET, 7405)));
    NAMES(fd);
    OPTION(fd, IPPROTO_IP, IP_TTL);
    OPTION(fd, SOL_SOCKET, SO_RCVBUF);
    OPTION(fd, SOL_SOCKET, SO_RCVTIMEO);
    OPTION(fd, SOL_SOCKET, SO_PRIORITY);
    say("nonblocking %d", (fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
    MUST(sendto(server, "for both", 8, 0, LOCAL(AF_INET, 7405)));
    settle(fd, POLLIN);
    RECVFROM(fd, 10, 0);
    CALL(close(fd));
    MUST(sendto(server, "for the copy", 12, 0, LOCAL(AF_INET, 7405)));
    settle(copy, POLLIN);
    RECVFROM(copy, 20, 0);
    CALL(close(copy));
    CALL(close(server));
}

int main(void) {
    given_up(AF_INET);
    given_up(AF_INET6);
    taken();
    keeps_datagrams();
    keeps_options();
}
