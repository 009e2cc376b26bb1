/* udp_burst_read.c: a burst that is read in many ways, while more comes: each datagram once, in order, with what belongs to it, and the
 * socket is readable just as long as one is left. */
#include "harness.h"

#include <netinet/ip.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>

/* SO_TIMESTAMP_NEW and SO_TIMESTAMPNS_NEW, which libc has under the old names where it has them */
enum { DATAGRAMS = 40, SIZE = 100, TIMESTAMP_NEW = 63, TIMESTAMPNS_NEW = 64 };

static int receiver, sender, number;

static void send_some(int count) {
    for (int i = 0; i < count; i++) {
        char datagram[SIZE] = "";
        snprintf(datagram, sizeof datagram, "%d", number++);
        MUST(sendto(sender, datagram, sizeof datagram, 0, AT4("127.0.0.1", 7000)));
    }
}

static void begin(const char *text) {
    say("%s", text);
    receiver = udp_on(AF_INET, 7000);
    sender = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    number = 0;
}

static void end(void) {
    close(receiver);
    close(sender);
}

static bool is_readable(void) {
    struct pollfd state = {.fd = receiver, .events = POLLIN};
    return poll(&state, 1, 0) == 1;
}

static int next(int flags) {
    char datagram[SIZE] = "";
    ssize_t size = recv(receiver, datagram, sizeof datagram, MSG_DONTWAIT | flags);
    return size == SIZE ? atoi(datagram) : (int)size;
}

static void looking_first(void) {
    begin("looked at before it is taken");
    send_some(DATAGRAMS);
    int right = 0, readable = 0, sizes = 0;
    for (int i = 0; i < DATAGRAMS; i++) {
        int waiting = 0;
        readable += is_readable();
        sizes += ioctl(receiver, FIONREAD, &waiting) == 0 && waiting == SIZE;
        right += next(MSG_PEEK) == i && next(MSG_PEEK) == i && next(0) == i;
    }
    say("%d right, %d readable, %d of their size", right, readable, sizes);
    show_poll("then", receiver);
    RECV(receiver, SIZE, MSG_PEEK | MSG_DONTWAIT);
    RECV(receiver, SIZE, MSG_DONTWAIT);
    end();
}

static void more_in_between(void) {
    begin("two more for each until the buffer has many");
    send_some(DATAGRAMS);
    int right = 0, readable = 0, taken = 0;
    for (; taken < DATAGRAMS; taken++) {
        readable += is_readable();
        right += next(0) == taken;
        send_some(2);
    }
    for (; taken < 3 * DATAGRAMS; taken++) {
        readable += is_readable();
        right += next(0) == taken;
    }
    say("%d right, %d readable", right, readable);
    show_poll("then", receiver);
    send_some(1);
    say("%d", next(0) == taken);
    show_poll("at last", receiver);
    end();
}

static void cut(void) {
    begin("with little room");
    send_some(DATAGRAMS);
    int right = 0;
    for (int i = 0; i < DATAGRAMS; i++) {
        char few[3] = "";
        ssize_t size = recv(receiver, few, i % 2 == 0 ? 2 : 0, MSG_DONTWAIT | (i % 3 == 0 ? MSG_TRUNC : 0));
        right += size == (i % 3 == 0 ? SIZE : i % 2 == 0 ? 2 : 0);
    }
    say("%d right", right);
    show_poll("then", receiver);
    end();
}

static void with_control(int stamp) {
    begin("with control messages, time stamps from the middle on");
    say("option %d", stamp);
    MUST(set_int(receiver, IPPROTO_IP, IP_PKTINFO, 1));
    MUST(set_int(receiver, IPPROTO_IP, IP_RECVTTL, 1));
    send_some(DATAGRAMS);
    int infos = 0, ttls = 0, stamps = 0, whole = 0, named = 0;
    for (int i = 0; i < DATAGRAMS; i++) {
        char datagram[SIZE];
        _Alignas(struct cmsghdr) char control[256];
        struct sockaddr_in from = {0};
        struct iovec part = {datagram, sizeof datagram};
        struct msghdr message = {.msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &part, .msg_iovlen = 1, .msg_control = control,
                                 .msg_controllen = i % 4 == 3 ? 0 : sizeof control};
        if (i == DATAGRAMS / 2)
            MUST(set_int(receiver, SOL_SOCKET, stamp, 1));
        MUST(recvmsg(receiver, &message, MSG_DONTWAIT));
        named += from.sin_port == htons((uint16_t)port_of(sender)) && from.sin_addr.s_addr == htonl(INADDR_LOOPBACK);
        whole += (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0;
        for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header != NULL; header = CMSG_NXTHDR(&message, header)) {
            infos += header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_PKTINFO;
            ttls += header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_TTL;
            stamps += header->cmsg_level == SOL_SOCKET && header->cmsg_type == stamp;
        }
    }
    say("%d named, %d whole, %d IP_PKTINFO, %d IP_TTL, %d stamps", named, whole, infos, ttls, stamps);
    show_poll("then", receiver);
    end();
}

/* The descriptor's own epoll learns of what came, the one that was there before too. */
static void watched(const char *text, uint32_t how) {
    begin(text);
    int before = (int)MUST(epoll_create1(0)), after = (int)MUST(epoll_create1(0));
    struct epoll_event event = {.events = EPOLLIN | how};
    MUST(epoll_ctl(before, EPOLL_CTL_ADD, receiver, &event));
    send_some(DATAGRAMS);
    int right = 0, told;
    for (int i = 0; i < DATAGRAMS / 2; i++)
        right += next(0) == i;
    MUST(epoll_ctl(after, EPOLL_CTL_ADD, receiver, &event));
    say("%ld before, %ld after", (long)epoll_wait(before, &event, 1, 0), (long)epoll_wait(after, &event, 1, 0));
    for (int i = DATAGRAMS / 2; i < DATAGRAMS; i++)
        right += next(0) == i;
    told = epoll_wait(before, &event, 1, 0) + epoll_wait(after, &event, 1, 0);
    say("%d right, told %d times when all is read", right, told);
    send_some(1);
    say("%ld before, %ld after", (long)epoll_wait(before, &event, 1, 0), (long)epoll_wait(after, &event, 1, 0));
    close(before);
    close(after);
    end();
}

/* One descriptor, two processes. */
static void read_some(void *count) {
    int right = 0;
    for (int i = 0; i < *(int *)count; i++)
        right += next(0) >= 0;
    say("the child has taken %d", right);
}

static void shared(void) {
    begin("read by two processes in turn");
    send_some(DATAGRAMS);
    int right = 0, few = 15, last = DATAGRAMS - 25;
    for (int i = 0; i < 10; i++)
        right += next(0) == i;
    finish(in_child(read_some, &few));
    show_poll("in between", receiver);
    right += next(0) == 25;
    send_some(1);
    finish(in_child(read_some, &last));
    say("%d right", right);
    show_poll("then", receiver);
    RECV(receiver, SIZE, MSG_DONTWAIT);
    send_some(DATAGRAMS);
    right = 0;
    for (int i = 0; i < DATAGRAMS; i++)
        right += next(0) == DATAGRAMS + 1 + i;
    say("%d right", right);
    show_poll("then", receiver);
    end();
}

static void shut(void) {
    begin("shut in the middle");
    send_some(DATAGRAMS);
    int right = 0;
    for (int i = 0; i < 20; i++)
        right += next(0) == i;
    MUST(connect(receiver, local_address(AF_INET, port_of(sender)), local_length(AF_INET)));
    MUST(shutdown(receiver, SHUT_RD));
    for (int i = 20; i < DATAGRAMS; i++)
        right += next(0) == i;
    say("%d right", right);
    RECV(receiver, SIZE, MSG_DONTWAIT);
    end();
}

int main(void) {
    looking_first();
    more_in_between();
    cut();
    with_control(SO_TIMESTAMP);
    with_control(TIMESTAMP_NEW);
    with_control(TIMESTAMPNS_NEW);
    watched("watched by level", 0);
    watched("watched by edge", EPOLLET);
    shared();
    shut();
}
