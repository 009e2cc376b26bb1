/* data_shutdown_read.c: SHUT_RD of shutdown(2) on TCP: readers see the end, and what the peer sends later is still delivered. */
#include "harness.h"

static void *reader(void *argument) {
    int fd = *(int *)argument;
    char byte;
    long got = read(fd, &byte, 1);
    say("the blocked read gives %ld", got);
    return NULL;
}

static int unread(int fd) {
    int count = -1;
    MUST(ioctl(fd, FIONREAD, &count));
    return count;
}

static void later_data(void) {
    say("later data");
    struct pair pair = tcp_pair(AF_INET);
    MUST(write(pair.server, "early", 5));
    settle(pair.client, POLLIN);
    CALL(shutdown(pair.client, SHUT_RD));
    POLL(pair.client);
    POLL(pair.server);
    RECV(pair.client, 3, 0);
    RECV(pair.client, 10, 0);
    RECV(pair.client, 10, 0);
    CALL(write(pair.server, "later", 5));
    CALL(write(pair.server, " and last", 9));
    CALL(unread(pair.client));
    POLL(pair.client);
    RECV(pair.client, 10, MSG_PEEK);
    RECV(pair.client, 7, 0);
    READ(pair.client, 20);
    READ(pair.client, 20);
    CALL(unread(pair.client));
    say("the other way");
    CALL(write(pair.client, "still", 5));
    RECV(pair.server, 10, 0);
    CALL(shutdown(pair.client, SHUT_RD));
    CALL(shutdown(pair.server, SHUT_WR));
    CALL(write(pair.server, "x", 1));
    RECV(pair.client, 10, 0);
    CALL(close(pair.client));
    RECV(pair.server, 10, 0);
    CALL(close(pair.server));
}

static void peer_closes(void) {
    say("the peer closes");
    struct pair pair = tcp_pair(AF_INET);
    CALL(shutdown(pair.client, SHUT_RD));
    MUST(write(pair.server, "farewell", 8));
    CALL(close(pair.server));
    settle(pair.client, POLLRDHUP);
    RECV(pair.client, 20, 0);
    RECV(pair.client, 20, 0);
    CALL(close(pair.client));
}

static void closed_with_unread_data(void) {
    say("closed with unread data");
    struct pair pair = tcp_pair(AF_INET);
    CALL(shutdown(pair.client, SHUT_RD));
    MUST(write(pair.server, "nobody", 6));
    CALL(close(pair.client));
    settle(pair.server, POLLERR | POLLHUP);
    POLL(pair.server);
    RECV(pair.server, 10, 0);
    RECV(pair.server, 10, 0);
    CALL(close(pair.server));
}

static void wakes_reader(void) {
    say("a reader is woken");
    struct pair pair = tcp_pair(AF_INET);
    pthread_t thread;
    MUST(pthread_create(&thread, NULL, reader, &pair.client));
    MUST(shutdown(pair.client, SHUT_RD));
    pthread_join(thread, NULL);
    CALL(send(pair.server, "abc", 3, 0));
    struct iovec parts[2] = {{"de", 2}, {"fgh", 3}};
    CALL(writev(pair.server, parts, 2));
    char first[4], second[16];
    struct iovec into[2] = {{first, sizeof first}, {second, sizeof second}};
    struct msghdr message = {.msg_iov = into, .msg_iovlen = 2};
    CALL(recvmsg(pair.client, &message, 0));
    show_bytes("first", first, 4);
    show_bytes("second", second, 4);
    RECV(pair.client, 10, MSG_DONTWAIT);
    RECV(pair.client, 10, MSG_WAITALL);
    CALL(close(pair.client));
    CALL(close(pair.server));
}

static void nonblocking(void) {
    say("nonblocking, and both halves");
    struct pair pair = tcp_pair(AF_INET6);
    MUST(fcntl(pair.client, F_SETFL, O_NONBLOCK));
    RECV(pair.client, 10, 0);
    CALL(shutdown(pair.client, SHUT_RD));
    RECV(pair.client, 10, 0);
    CALL(shutdown(pair.client, SHUT_WR));
    settle(pair.server, POLLRDHUP);
    CALL(write(pair.server, "after both", 10));
    settle(pair.client, POLLIN);
    READ(pair.client, 20);
    READ(pair.client, 20);
    POLL(pair.client);
    POLL(pair.server);
    NAMES(pair.client);
    CALL(close(pair.client));
    CALL(close(pair.server));
}

int main(void) {
    signal(SIGPIPE, SIG_IGN);
    later_data();
    peer_closes();
    closed_with_unread_data();
    wakes_reader();
    nonblocking();
}
