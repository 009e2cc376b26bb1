/* state_every_call.c: every call on a TCP socket in every state that a connection can be brought into.
 *
 * Ephemeral ports are not told apart here: there are so many that the kernel takes some of them twice. */
#include "harness.h"

#include <linux/sockios.h>
#include <sys/un.h>

enum { LISTENER = 7000, CLOSED = 7001, OWN = 7002 };

static int listener = -1;
/* The other end of the connection, and -1 once that is closed. */
static int peer = -1;

static int fresh(void) {
    return (int)MUST(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
}

static void set_blocking(int fd, bool blocking) {
    MUST(fcntl(fd, F_SETFL, blocking ? 0 : O_NONBLOCK));
}

static void disconnect(int fd) {
    const struct sockaddr nobody = {.sa_family = AF_UNSPEC};
    MUST(connect(fd, &nobody, sizeof nobody));
}

static void close_with_reset(int fd) {
    const struct linger linger = {.l_onoff = 1};
    MUST(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
    MUST(close(fd));
}

static void close_peer(void) {
    MUST(close(peer));
    peer = -1;
}

static int bound(void) {
    int fd = fresh();
    int yes = 1;
    MUST(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes));
    MUST(bind(fd, AT4("127.0.0.1", OWN)));
    return fd;
}

static int listening(void) {
    int fd = bound();
    MUST(listen(fd, 5));
    return fd;
}

static int no_longer_listening(void) {
    int fd = listening();
    MUST(shutdown(fd, SHUT_RD));
    return fd;
}

static int refused(void) {
    int fd = fresh();
    set_blocking(fd, true);
    if (connect(fd, AT4("127.0.0.1", CLOSED)) == 0)
        _exit(96);
    set_blocking(fd, false);
    return fd;
}

static int refused_unawares(void) {
    int fd = fresh();
    if (connect(fd, AT4("127.0.0.1", CLOSED)) == 0)
        _exit(96);
    settle(fd, POLLOUT);
    return fd;
}

static int error_of(int fd) {
    int error = 0;
    socklen_t length = sizeof error;
    MUST(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length));
    return fd;
}

static int refused_and_told(void) {
    return error_of(refused_unawares());
}

static int refused_and_asked_again(void) {
    int fd = refused_unawares();
    if (connect(fd, AT4("127.0.0.1", CLOSED)) == 0)
        _exit(96);
    return fd;
}

static int connected(void) {
    int fd = fresh();
    set_blocking(fd, true);
    MUST(connect(fd, LOCAL(AF_INET, LISTENER)));
    set_blocking(fd, false);
    settle(listener, POLLIN);
    peer = (int)MUST(accept4(listener, NULL, NULL, SOCK_NONBLOCK));
    return fd;
}

static int accepted(void) {
    int client = connected(), server = peer;
    peer = client;
    return server;
}

static int reading_shut(void) {
    int fd = connected();
    MUST(shutdown(fd, SHUT_RD));
    return fd;
}

static int writing_shut(void) {
    int fd = connected();
    MUST(shutdown(fd, SHUT_WR));
    settle(peer, POLLRDHUP);
    return fd;
}

static int all_shut(void) {
    int fd = connected();
    MUST(shutdown(fd, SHUT_RDWR));
    settle(peer, POLLRDHUP);
    return fd;
}

static int peer_shut(void) {
    int fd = connected();
    MUST(shutdown(peer, SHUT_WR));
    settle(fd, POLLRDHUP);
    return fd;
}

static int peer_closed(void) {
    int fd = connected();
    close_peer();
    settle(fd, POLLRDHUP);
    return fd;
}

static int shut_after_peer(void) {
    int fd = peer_shut();
    MUST(shutdown(fd, SHUT_WR));
    settle(peer, POLLHUP);
    settle(fd, POLLHUP);
    return fd;
}

static int shut_before_peer(void) {
    int fd = writing_shut();
    MUST(shutdown(peer, SHUT_WR));
    settle(fd, POLLHUP);
    return fd;
}

static int wrote_to_nobody(void) {
    int fd = peer_closed();
    MUST(send(fd, "x", 1, 0));
    settle(fd, POLLERR);
    return fd;
}

static int reset(void) {
    int fd = connected();
    close_with_reset(peer);
    peer = -1;
    settle(fd, POLLERR);
    return fd;
}

static int reset_with_data(void) {
    int fd = connected();
    MUST(send(peer, "data", 4, 0));
    settle(fd, POLLIN);
    close_with_reset(peer);
    peer = -1;
    settle(fd, POLLERR);
    return fd;
}

static int reset_and_read(void) {
    int fd = reset();
    char byte;
    if (recv(fd, &byte, 1, 0) != -1)
        _exit(96);
    return fd;
}

static int reset_and_told(void) {
    return error_of(reset());
}

static int reset_by_disconnect(void) {
    int fd = connected();
    disconnect(peer);
    settle(fd, POLLERR);
    return fd;
}

static int reset_after_end(void) {
    int fd = peer_shut();
    close_with_reset(peer);
    peer = -1;
    settle(fd, POLLERR);
    return fd;
}

static int reset_by_disconnect_after_end(void) {
    int fd = peer_shut();
    disconnect(peer);
    settle(fd, POLLERR);
    return fd;
}

static int disconnected(void) {
    int fd = connected();
    disconnect(fd);
    return fd;
}

static int disconnected_listener(void) {
    int fd = listening();
    disconnect(fd);
    return fd;
}

static int with_data(void) {
    int fd = connected();
    MUST(send(peer, "unread", 6, 0));
    settle(fd, POLLIN);
    return fd;
}

static int with_data_and_end(void) {
    int fd = with_data();
    MUST(shutdown(peer, SHUT_WR));
    settle(fd, POLLRDHUP);
    return fd;
}

static int with_data_and_gone(void) {
    int fd = with_data();
    close_peer();
    settle(fd, POLLRDHUP);
    return fd;
}

static int with_data_wrote_to_nobody(void) {
    int fd = with_data_and_gone();
    MUST(send(fd, "x", 1, 0));
    settle(fd, POLLERR);
    return fd;
}

#define STATE(make) {#make, make}
static const struct {
    const char *name;
    int (*make)(void);
} states[] = {
    STATE(fresh), STATE(bound), STATE(listening), STATE(no_longer_listening), STATE(disconnected_listener), STATE(refused),
    STATE(refused_unawares), STATE(refused_and_told), STATE(refused_and_asked_again), STATE(connected), STATE(accepted),
    STATE(reading_shut), STATE(writing_shut), STATE(all_shut), STATE(peer_shut), STATE(peer_closed), STATE(shut_after_peer),
    STATE(shut_before_peer), STATE(wrote_to_nobody), STATE(reset), STATE(reset_with_data), STATE(reset_and_read), STATE(reset_and_told),
    STATE(reset_by_disconnect), STATE(reset_after_end), STATE(reset_by_disconnect_after_end), STATE(disconnected), STATE(with_data),
    STATE(with_data_and_end), STATE(with_data_and_gone), STATE(with_data_wrote_to_nobody),
};

static const char *place_of(int result, const struct sockaddr_in *address) {
    static char texts[2][64];
    static unsigned next;
    char *text = texts[next++ % 2], ip[INET_ADDRSTRLEN];
    int port = ntohs(address->sin_port);
    if (result == -1)
        return error_name(errno);
    inet_ntop(AF_INET, &address->sin_addr, ip, sizeof ip);
    if (port == 0 || port == LISTENER || port == OWN || port == CLOSED)
        snprintf(text, sizeof texts[0], "%s:%d", ip, port);
    else
        snprintf(text, sizeof texts[0], "%s:some port", ip);
    return text;
}

static void say_names(int fd) {
    struct sockaddr_in address = {0};
    socklen_t length = sizeof address;
    const char *local = place_of(getsockname(fd, (struct sockaddr *)&address, &length), &address);
    length = sizeof address;
    say("is %s, peer %s", local, place_of(getpeername(fd, (struct sockaddr *)&address, &length), &address));
}

static void ask_names(int fd) {
    say_names(fd);
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    CALL(getsockopt(fd, SOL_SOCKET, SO_PEERNAME, &address, &length));
}

static void ask_poll(int fd) {
    POLL(fd);
    select_says(fd);
}

static void receive_twice(int fd) {
    RECV(fd, 100, MSG_DONTWAIT);
    RECV(fd, 100, MSG_DONTWAIT);
    POLL(fd);
}

static void peek_first(int fd) {
    RECV(fd, 100, MSG_PEEK);
    RECV(fd, 100, 0);
}

static void receive_nothing(int fd) {
    char byte;
    CALL(read(fd, &byte, 0));
    CALL(recv(fd, &byte, 0, 0));
}

static void receive_urgent(int fd) {
    RECV(fd, 1, MSG_OOB);
}

static void send_twice(int fd) {
    CALL(send(fd, "y", 1, 0));
    CALL(send(fd, "y", 1, 0));
    POLL(fd);
    RECV(fd, 100, 0);
}

static void send_nothing(int fd) {
    CALL(send(fd, "", 0, 0));
    CALL(write(fd, "", 0));
}

static void send_to_address(int fd) {
    CALL(sendto(fd, "y", 1, 0, LOCAL(AF_INET, LISTENER)));
}

static void shut(int fd, int how) {
    CALL(shutdown(fd, how));
    POLL(fd);
    say_names(fd);
    CALL(shutdown(fd, how));
    RECV(fd, 100, MSG_DONTWAIT);
    CALL(send(fd, "y", 1, 0));
    RECV(fd, 100, MSG_DONTWAIT);
}

static void shut_reading(int fd) {
    shut(fd, SHUT_RD);
}

static void shut_writing(int fd) {
    shut(fd, SHUT_WR);
}

static void shut_all(int fd) {
    shut(fd, SHUT_RDWR);
}

static void shut_wrongly(int fd) {
    CALL(shutdown(fd, 3));
    CALL(shutdown(fd, -1));
}

static void ask_error(int fd) {
    OPTION(fd, SOL_SOCKET, SO_ERROR);
    OPTION(fd, SOL_SOCKET, SO_ERROR);
    POLL(fd);
}

static void ask_state(int fd) {
    struct tcp_info info;
    socklen_t length = sizeof info;
    CALL(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length));
    /* Until the peer's kernel has acknowledged the end, which it puts off for a moment. */
    while (info.tcpi_state == TCP_FIN_WAIT1 && getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) == 0)
        sched_yield();
    say("state %d", info.tcpi_state);
    OPTION(fd, SOL_SOCKET, SO_ACCEPTCONN);
}

static void accept_one(int fd) {
    CALL(accept(fd, NULL, NULL));
    CALL(accept4(fd, NULL, NULL, 1));
}

static void start_listening(int fd) {
    CALL(listen(fd, 3));
    POLL(fd);
    OPTION(fd, SOL_SOCKET, SO_ACCEPTCONN);
}

static void connect_to_listener(int fd) {
    CALL(connect(fd, LOCAL(AF_INET, LISTENER)));
    POLL(fd);
    OPTION(fd, SOL_SOCKET, SO_ERROR);
    CALL(connect(fd, LOCAL(AF_INET, LISTENER)));
    CALL(connect(fd, LOCAL(AF_INET, LISTENER)));
}

static void connect_to_nobody(int fd) {
    CALL(connect(fd, AT4("127.0.0.1", CLOSED)));
    POLL(fd);
    CALL(connect(fd, AT4("127.0.0.1", CLOSED)));
    CALL(connect(fd, AT4("127.0.0.1", CLOSED)));
}

static void connect_to_unspecified(int fd) {
    const struct sockaddr nobody = {.sa_family = AF_UNSPEC};
    CALL(connect(fd, &nobody, sizeof nobody));
    say_names(fd);
    POLL(fd);
    OPTION(fd, SOL_SOCKET, SO_ERROR);
    CALL(connect(fd, &nobody, sizeof nobody));
    RECV(fd, 10, 0);
    CALL(send(fd, "y", 1, 0));
    CALL(connect(fd, LOCAL(AF_INET, LISTENER)));
}

/* SIOCOUTQ of a closed socket is what its last connection has left in two numbers. */
static void ask_queues(int fd) {
    int count = -1;
    CALL(ioctl(fd, FIONREAD, &count));
    say("%d bytes", count);
    CALL(ioctl(fd, SIOCATMARK, &count));
    CALL(ioctl(fd, SIOCOUTQ, &count));
    CALL(ioctl(fd, SIOCOUTQNSD, &count));
}

static void set_options(int fd) {
    static const int options[] = {TCP_FASTOPEN, TCP_FASTOPEN_CONNECT, TCP_DEFER_ACCEPT, TCP_NODELAY, TCP_CORK};
    int yes = 1;
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        CALL(setsockopt(fd, IPPROTO_TCP, options[i], &yes, sizeof yes));
    CALL(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes));
    CALL(setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes));
}

#define ACTION(act) {#act, act}
static const struct {
    const char *name;
    void (*act)(int fd);
} actions[] = {
    ACTION(ask_names), ACTION(ask_poll), ACTION(receive_twice), ACTION(peek_first), ACTION(receive_nothing), ACTION(receive_urgent),
    ACTION(send_twice), ACTION(send_nothing), ACTION(send_to_address), ACTION(shut_reading), ACTION(shut_writing), ACTION(shut_all),
    ACTION(shut_wrongly), ACTION(ask_error), ACTION(ask_state), ACTION(accept_one), ACTION(start_listening), ACTION(connect_to_listener),
    ACTION(connect_to_nobody), ACTION(connect_to_unspecified), ACTION(ask_queues), ACTION(set_options),
};

static void say_what_peer_sees(void) {
    if (peer == -1)
        return;
    say_names(peer);
    POLL(peer);
    RECV(peer, 20, 0);
    RECV(peer, 20, 0);
}

int main(void) {
    int yes = 1;
    signal(SIGPIPE, SIG_IGN);
    for (size_t state = 0; state < sizeof states / sizeof states[0]; state++)
        for (size_t action = 0; action < sizeof actions / sizeof actions[0]; action++) {
            listener = fresh();
            MUST(setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes));
            MUST(bind(listener, LOCAL(AF_INET, LISTENER)));
            MUST(listen(listener, 8));
            peer = -1;
            int fd = states[state].make();
            say("%s: %s", states[state].name, actions[action].name);
            actions[action].act(fd);
            say_what_peer_sees();
            close(fd);
            if (peer != -1)
                close(peer);
            close(listener);
        }
}
