/* connect_itself.c: a TCP socket that connects to the port it is bound to is both ends of its connection. */
#include "harness.h"

static int bound(int family, const char *ip, int port, int flags) {
    int fd = (int)MUST(socket(family, SOCK_STREAM | flags, 0));
    if (family == AF_INET)
        MUST(bind(fd, AT4(ip, port)));
    else
        MUST(bind(fd, AT6(ip, port)));
    return fd;
}

static void show_state(int fd) {
    struct tcp_info info;
    socklen_t length = sizeof info;
    MUST(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length));
    say("state %d", info.tcpi_state);
}

static void reads_what_it_writes(void) {
    say("-- one socket");
    int fd = bound(AF_INET, "127.0.0.1", 7301, 0);
    CALL(connect(fd, AT4("127.0.0.1", 7301)));
    NAMES(fd);
    show_state(fd);
    OPTION(fd, SOL_SOCKET, SO_ERROR);
    POLL(fd);
    CALL(connect(fd, AT4("127.0.0.1", 7301)));
    CALL(listen(fd, 1));
    CALL(write(fd, "hello", 5));
    POLL(fd);
    int unread = 0;
    CALL(ioctl(fd, FIONREAD, &unread));
    say("unread %d", unread);
    RECV(fd, 2, MSG_PEEK);
    CALL(send(fd, " world", 6, 0));
    struct iovec parts[] = {{"!", 1}, {"!", 1}};
    CALL(writev(fd, parts, 2));
    CALL(sendmsg(fd, &(struct msghdr){.msg_iov = parts, .msg_iovlen = 1}, 0));
    settle(fd, POLLIN);
    RECV(fd, 14, MSG_WAITALL);
    RECV(fd, 10, MSG_DONTWAIT);
    CALL(shutdown(fd, SHUT_WR));
    settle(fd, POLLRDHUP);
    POLL(fd);
    show_state(fd);
    RECV(fd, 10, 0);
    CALL(send(fd, "x", 1, MSG_NOSIGNAL));
    NAMES(fd);
    CALL(shutdown(fd, SHUT_WR));
    CALL(close(fd));
}

static void with_unread_data(int how, const char *name) {
    say("-- %s with data to read", name);
    int fd = bound(AF_INET, "127.0.0.1", 7302 + how, 0);
    CALL(connect(fd, AT4("127.0.0.1", 7302 + how)));
    CALL(write(fd, "hello", 5));
    CALL(shutdown(fd, how));
    settle(fd, POLLRDHUP);
    POLL(fd);
    READ(fd, 3);
    READ(fd, 10);
    READ(fd, 10);
    CALL(send(fd, "x", 1, MSG_NOSIGNAL | MSG_DONTWAIT));
    show_state(fd);
    CALL(close(fd));
}

static void nonblocking(void) {
    say("-- nonblocking, known to epoll before");
    int fd = bound(AF_INET6, "::1", 7306, SOCK_NONBLOCK), epoll = (int)MUST(epoll_create1(0));
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET};
    MUST(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
    MUST(epoll_wait(epoll, &event, 1, 0));
    CALL(connect(fd, AT6("::1", 7306)));
    CALL(epoll_wait(epoll, &event, 1, -1));
    settle(fd, POLLOUT);
    POLL(fd);
    OPTION(fd, SOL_SOCKET, SO_ERROR);
    CALL(connect(fd, AT6("::1", 7306)));
    CALL(connect(fd, AT6("::1", 7306)));
    NAMES(fd);
    while (epoll_wait(epoll, &event, 1, 0) > 0)
        continue;
    READ(fd, 10);
    CALL(write(fd, "hello", 5));
    CALL(epoll_wait(epoll, &event, 1, -1));
    say("readable %d", (event.events & EPOLLIN) != 0);
    READ(fd, 10);
    READ(fd, 10);
    CALL(close(fd));
}

/* More than the buffers hold: a thread reads what another writes. */
enum { MUCH = 8 << 20 };

static void *write_much(void *argument) {
    int fd = *(int *)argument;
    char *data = calloc(1, MUCH);
    for (size_t i = 0; i < MUCH; i++)
        data[i] = (char)(i * 7 + i / 251);
    for (size_t done = 0; done < MUCH;)
        done += (size_t)MUST(write(fd, data + done, MUCH - done));
    MUST(shutdown(fd, SHUT_WR));
    free(data);
    return NULL;
}

static void much(void) {
    say("-- more than fits");
    int fd = bound(AF_INET, "127.0.0.1", 7307, 0);
    CALL(connect(fd, AT4("127.0.0.1", 7307)));
    pthread_t writer;
    MUST(-pthread_create(&writer, NULL, write_much, &fd));
    static char data[65536];
    size_t total = 0, wrong = 0;
    ssize_t count;
    while ((count = read(fd, data, sizeof data)) > 0)
        for (ssize_t i = 0; i < count; i++, total++)
            wrong += data[i] != (char)(total * 7 + total / 251);
    pthread_join(writer, NULL);
    say("%zu bytes, %zu wrong, then %zd", total, wrong, count);
    CALL(close(fd));
}

static void fills(void) {
    say("-- nobody reads");
    int fd = bound(AF_INET, "127.0.0.1", 7308, SOCK_NONBLOCK);
    connect(fd, AT4("127.0.0.1", 7308));
    settle(fd, POLLOUT);
    static char data[65536];
    size_t sent = 0, read_back = 0;
    ssize_t count;
    while ((count = write(fd, data, sizeof data)) > 0)
        sent += (size_t)count;
    say("full: %s", error_name(errno));
    while (read_back < sent && (count = recv(fd, data, sizeof data, 0)) != 0)
        if (count > 0)
            read_back += (size_t)count;
        else
            settle(fd, POLLIN);
    say("all came back: %d", read_back == sent);
    RECV(fd, 1, 0);
    settle(fd, POLLOUT);
    CALL(write(fd, "more", 4));
    settle(fd, POLLIN);
    READ(fd, 10);
    CALL(close(fd));
}

static void write_in_child(void *argument) {
    MUST(write(*(int *)argument, "from a child", 12));
    MUST(close(*(int *)argument));
}

static void shared(void) {
    say("-- in two processes, by two descriptors");
    int fd = bound(AF_INET, "0.0.0.0", 7309, 0);
    CALL(connect(fd, AT4("127.0.0.1", 7309)));
    NAMES(fd);
    finish(in_child(write_in_child, &fd));
    READ(fd, 20);
    int copy = (int)MUST(dup(fd));
    CALL(close(fd));
    CALL(write(copy, "by a copy", 9));
    READ(copy, 20);
    /* The connection ends with its last descriptor. */
    CALL(close(copy));
}

static void to_another_address(void) {
    say("-- the same port of another address");
    int fd = bound(AF_INET, "127.0.0.2", 7310, 0);
    CALL(connect(fd, AT4("127.0.0.1", 7310)));
    CALL(connect(fd, AT4("127.0.0.2", 7310)));
    NAMES(fd);
    CALL(close(fd));
}

static void anew(void) {
    say("-- disconnected, and once more");
    int fd = bound(AF_INET, "127.0.0.1", 7311, 0);
    CALL(connect(fd, AT4("127.0.0.1", 7311)));
    CALL(write(fd, "lost", 4));
    struct sockaddr nothing = {.sa_family = AF_UNSPEC};
    CALL(connect(fd, &nothing, sizeof nothing));
    NAMES(fd);
    POLL(fd);
    CALL(send(fd, "x", 1, MSG_NOSIGNAL));
    CALL(connect(fd, AT4("127.0.0.1", 7311)));
    CALL(write(fd, "found", 5));
    READ(fd, 10);
    CALL(close(fd));
}

int main(void) {
    reads_what_it_writes();
    with_unread_data(SHUT_WR, "SHUT_WR");
    with_unread_data(SHUT_RDWR, "SHUT_RDWR");
    nonblocking();
    much();
    fills();
    shared();
    to_another_address();
    anew();
}
