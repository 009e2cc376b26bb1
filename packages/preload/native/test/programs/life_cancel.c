/* life_cancel.c: threads that are cancelled while they wait for a socket, and the sockets afterwards. */
#include "harness.h"

static struct pair pair;
static int listener, udp, epoll;
static struct bell started;
static pid_t waiting;
static char bytes[16];

static void by_read(void) { read(pair.server, bytes, sizeof bytes); }
static void by_recv(void) { recv(pair.server, bytes, sizeof bytes, 0); }
static void by_readv(void) { readv(pair.server, &(struct iovec){bytes, sizeof bytes}, 1); }
static void by_recvmsg(void) { recvmsg(pair.server, &(struct msghdr){.msg_iov = &(struct iovec){bytes, sizeof bytes}, .msg_iovlen = 1}, 0); }
static void by_read_of_datagrams(void) { read(udp, bytes, sizeof bytes); }
static void by_recv_of_datagrams(void) { recv(udp, bytes, sizeof bytes, 0); }
static void by_recvmsg_of_datagrams(void) { recvmsg(udp, &(struct msghdr){.msg_iov = &(struct iovec){bytes, sizeof bytes}, .msg_iovlen = 1}, 0); }
static void by_recvfrom(void) {
    struct sockaddr_storage from;
    socklen_t length = sizeof from;
    recvfrom(udp, bytes, sizeof bytes, 0, (struct sockaddr *)&from, &length);
}
static void by_accept(void) { accept(listener, NULL, NULL); }
static void by_poll(void) { poll(&(struct pollfd){.fd = pair.server, .events = POLLIN}, 1, -1); }
static void by_select(void) {
    fd_set set;
    FD_ZERO(&set);
    FD_SET(pair.server, &set);
    select(pair.server + 1, &set, NULL, NULL, NULL);
}
static void by_epoll_wait(void) { epoll_wait(epoll, &(struct epoll_event){0}, 1, -1); }
static void by_send(void) {
    static char much[1 << 24];
    send(pair.server, much, sizeof much, 0);
}

static void *body(void *wait) {
    waiting = this_thread();
    ring(started);
    ((void (*)(void))wait)();
    return NULL;
}

static void cancel(const char *name, void (*wait)(void)) {
    pthread_t thread;
    void *result;
    MUST(pthread_create(&thread, NULL, body, (void *)wait));
    await_bell(started);
    await_sleep(waiting);
    pthread_cancel(thread);
    pthread_join(thread, &result);
    say("%s is %s", name, result == PTHREAD_CANCELED ? "cancelled" : "not cancelled");
}
#define CANCEL(wait) cancel(#wait, wait)

int main(void) {
    pair = tcp_pair(AF_INET);
    listener = listener_on(AF_INET, 7000);
    udp = udp_on(AF_INET, 7000);
    epoll = (int)MUST(epoll_create1(0));
    started = new_bell();
    struct epoll_event event = {.events = EPOLLIN};
    MUST(epoll_ctl(epoll, EPOLL_CTL_ADD, pair.server, &event));
    CANCEL(by_read);
    CANCEL(by_recv);
    CANCEL(by_readv);
    CANCEL(by_recvmsg);
    CANCEL(by_read_of_datagrams);
    CANCEL(by_recv_of_datagrams);
    CANCEL(by_recvmsg_of_datagrams);
    CANCEL(by_recvfrom);
    CANCEL(by_accept);
    CANCEL(by_poll);
    CANCEL(by_select);
    CANCEL(by_epoll_wait);
    CANCEL(by_send);

    MUST(write(pair.client, "x", 1));
    RECV(pair.server, 5, 0);
    MUST(sendto(udp, "y", 1, 0, AT4("127.0.0.1", 7000)));
    RECV(udp, 5, 0);
    int client = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    CALL(connect(client, AT4("127.0.0.1", 7000)));
    TRY(accept(listener, NULL, NULL));
}
