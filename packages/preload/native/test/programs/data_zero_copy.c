/* data_zero_copy.c: SO_ZEROCOPY and MSG_ZEROCOPY: the error queue tells when the memory of a send is free again. */
#include "show_control.h"
#include <linux/errqueue.h>

/* Reads completions until `sends` are told of. How many come together is chance. */
static void completions(int fd, unsigned sends) {
    unsigned next = 0;
    bool copied = true, plain = true;
    while (next < sends) {
        char control[256];
        struct msghdr message = {.msg_control = control, .msg_controllen = sizeof control};
        settle(fd, POLLERR);
        if (recvmsg(fd, &message, MSG_ERRQUEUE) == -1) {
            if (errno != EAGAIN)
                say("recvmsg: %s", error_name(errno));
            continue;
        }
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        struct sock_extended_err error;
        memcpy(&error, CMSG_DATA(header), sizeof error);
        if (error.ee_origin != SO_EE_ORIGIN_ZEROCOPY || error.ee_info != next)
            say("origin %d, from %u to %u", error.ee_origin, error.ee_info, error.ee_data);
        next = error.ee_data + 1;
        copied &= error.ee_code == SO_EE_CODE_ZEROCOPY_COPIED;
        plain &= error.ee_errno == 0 && error.ee_type == 0 && (message.msg_flags & ~MSG_CTRUNC) == MSG_ERRQUEUE;
        if (next == 1)
            say("%s, %zu bytes", control_name(header), header->cmsg_len);
    }
    say("%u sends are done, copied: %d, nothing else told: %d", next, copied, plain);
    show_message(fd, MSG_ERRQUEUE | MSG_DONTWAIT, 256);
}

static void stream(int family) {
    say("TCP");
    static char data[30000], got[30000];
    memset(data, 'z', sizeof data);
    struct pair pair = tcp_pair(family);
    OPTION(pair.client, SOL_SOCKET, SO_ZEROCOPY);
    CALL(send(pair.client, data, 10, MSG_ZEROCOPY));
    MUST(recv(pair.server, got, 10, MSG_WAITALL));
    POLL(pair.client);
    CALL(set_int(pair.client, SOL_SOCKET, SO_ZEROCOPY, 2));
    CALL(set_int(pair.client, SOL_SOCKET, SO_ZEROCOPY, -1));
    CALL(set_int(pair.client, SOL_SOCKET, SO_ZEROCOPY, 1));
    OPTION(pair.client, SOL_SOCKET, SO_ZEROCOPY);
    for (int i = 0; i < 5; i++) {
        CALL(send(pair.client, data, sizeof data, MSG_ZEROCOPY));
        MUST(recv(pair.server, got, sizeof got, MSG_WAITALL));
    }
    CALL(send(pair.client, data, 10, 0));
    MUST(recv(pair.server, got, 10, MSG_WAITALL));
    struct iovec parts[2] = {{data, 100}, {data, 200}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    CALL(sendmsg(pair.client, &message, MSG_ZEROCOPY | MSG_DONTWAIT));
    MUST(recv(pair.server, got, 300, MSG_WAITALL));
    int epoll = (int)MUST(epoll_create1(0));
    struct epoll_event event = {.events = 0, .data.fd = 3};
    MUST(epoll_ctl(epoll, EPOLL_CTL_ADD, pair.client, &event));
    CALL(epoll_wait(epoll, &event, 1, 5000));
    say("%s", event_names(event.events));
    completions(pair.client, 6);
    CALL(epoll_wait(epoll, &event, 1, 0));
    POLL(pair.client);
    OPTION(pair.client, SOL_SOCKET, SO_ERROR);
    CALL(set_int(pair.client, SOL_SOCKET, SO_ZEROCOPY, 0));
    close(epoll);
    close(pair.client);
    close(pair.server);
}

static void inherited(void) {
    say("inherited from the listener");
    int listener = listener_on(AF_INET, 7000);
    MUST(set_int(listener, SOL_SOCKET, SO_ZEROCOPY, 1));
    int client = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    MUST(connect(client, AT4("127.0.0.1", 7000)));
    int server = (int)MUST(accept(listener, NULL, NULL));
    OPTION(server, SOL_SOCKET, SO_ZEROCOPY);
    OPTION(client, SOL_SOCKET, SO_ZEROCOPY);
    CALL(send(server, "hello", 5, MSG_ZEROCOPY));
    RECV(client, 5, MSG_WAITALL);
    completions(server, 1);
    close(listener);
    close(client);
    close(server);
}

static void datagrams(int family) {
    say("UDP");
    struct pair pair = udp_pair(family);
    CALL(set_int(pair.client, SOL_SOCKET, SO_ZEROCOPY, 1));
    char data[1000] = "datagram";
    for (int i = 0; i < 3; i++) {
        CALL(send(pair.client, data, sizeof data, MSG_ZEROCOPY));
        MUST(recv(pair.server, data, sizeof data, 0));
    }
    completions(pair.client, 3);
    POLL(pair.client);
    CALL(send(pair.server, "back", 4, 0));
    settle(pair.client, POLLIN);
    RECV(pair.client, 10, 0);
    close(pair.client);
    close(pair.server);
}

int main(void) {
    stream(AF_INET);
    stream(AF_INET6);
    inherited();
    datagrams(AF_INET);
    datagrams(AF_INET6);
}
