/* udp_error_queue_many.c: the error queue keeps every datagram that nobody took, in order, as far as the receive buffer reaches. */
#include "show_control.h"
#include <linux/errqueue.h>

static void state(int fd) {
    POLL(fd);
    OPTION(fd, SOL_SOCKET, SO_ERROR);
    POLL(fd);
}

static void watch(int epoll) {
    struct epoll_event event = {0};
    int count = epoll_wait(epoll, &event, 1, 0);
    say("epoll: %d, %s", count, count == 1 ? event_names(event.events) : "nothing");
}

static void unconnected(int family) {
    say("unconnected");
    int sender = udp_on(family, 7001);
    CALL(set_int(sender, family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6, family == AF_INET ? IP_RECVERR : IPV6_RECVERR, 1));
    int epoll = (int)MUST(epoll_create1(0));
    struct epoll_event event = {.events = EPOLLIN};
    MUST(epoll_ctl(epoll, EPOLL_CTL_ADD, sender, &event));
    static const char *const texts[] = {"first", "second, which is longer", "", "fourth"};
    for (int i = 0; i < 4; i++) {
        /* The error of one send is told by the next. */
        TRY(sendto(sender, texts[i], strlen(texts[i]), 0, LOCAL(family, 7100 + i)));
        settle(sender, POLLERR);
        OPTION(sender, SOL_SOCKET, SO_ERROR);
    }
    state(sender);
    watch(epoll);
    for (int i = 0; i < 5; i++) {
        show_message(sender, MSG_ERRQUEUE | MSG_DONTWAIT, 256);
        watch(epoll);
        if (i == 1)
            state(sender);
        if (i == 2)
            RECV(sender, 10, MSG_DONTWAIT);
    }
    state(sender);
    CALL(sendto(sender, "x", 1, 0, LOCAL(family, 7001)));
    settle(sender, POLLIN);
    RECV(sender, 10, 0);
    close(epoll);
    close(sender);
}

static void connected(void) {
    say("connected");
    int sender = udp_on(AF_INET, 7001);
    CALL(set_int(sender, IPPROTO_IP, IP_RECVERR, 1));
    MUST(connect(sender, AT4("127.0.0.1", 7100)));
    CALL(send(sender, "one", 3, 0));
    settle(sender, POLLERR);
    CALL(send(sender, "two", 3, 0));
    CALL(send(sender, "three", 5, 0));
    settle(sender, POLLERR);
    RECV(sender, 10, 0);
    char small[2];
    struct iovec part = {small, sizeof small};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    CALL(recvmsg(sender, &message, MSG_ERRQUEUE));
    say("flags %x, control %zu", message.msg_flags, message.msg_controllen);
    CALL(recv(sender, small, sizeof small, MSG_ERRQUEUE));
    CALL(recv(sender, small, sizeof small, MSG_ERRQUEUE));
    CALL(set_int(sender, IPPROTO_IP, IP_RECVERR, 0));
    CALL(send(sender, "four", 4, 0));
    settle(sender, POLLERR);
    CALL(recv(sender, small, sizeof small, MSG_ERRQUEUE));
    OPTION(sender, SOL_SOCKET, SO_ERROR);
    CALL(recv(sender, small, sizeof small, MSG_ERRQUEUE));
    close(sender);
}

static void off_forgets(void) {
    say("switched off");
    int sender = udp_on(AF_INET, 7001);
    CALL(set_int(sender, IPPROTO_IP, IP_RECVERR, 1));
    CALL(sendto(sender, "x", 1, 0, AT4("127.0.0.1", 7100)));
    settle(sender, POLLERR);
    CALL(set_int(sender, IPPROTO_IP, IP_RECVERR, 0));
    show_message(sender, MSG_ERRQUEUE | MSG_DONTWAIT, 256);
    POLL(sender);
    OPTION(sender, SOL_SOCKET, SO_ERROR);
    close(sender);
}

int main(void) {
    unconnected(AF_INET);
    unconnected(AF_INET6);
    connected();
    off_forgets();
}
