/* data_full.c: how much a connection holds before its writer has to wait: enough for programs that write before they read. */
#include "harness.h"

enum { MEGABYTE = 1 << 20 };
static char block[2 * MEGABYTE];

static void read_all(int fd, size_t size) {
    static char got[65536];
    size_t total = 0;
    while (total < size) {
        ssize_t length = MUST(read(fd, got, sizeof got));
        if (length == 0)
            break;
        total += (size_t)length;
    }
    say("%zu bytes read", total);
}

/* One thread that writes first and reads afterwards: each call waits until it is done, and is done without a reader. */
static void write_first(void) {
    struct pair pair = tcp_pair(AF_INET);
    struct iovec parts[3] = {{block, MEGABYTE}, {block, 5}, {block, MEGABYTE}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 3};
    say("writes before it reads");
    CALL(write(pair.client, block, 2 * MEGABYTE));
    CALL(write(pair.server, block, MEGABYTE));
    read_all(pair.server, 2 * MEGABYTE);
    read_all(pair.client, MEGABYTE);
    CALL(writev(pair.client, parts, 3));
    read_all(pair.server, 2 * MEGABYTE + 5);
    CALL(sendmsg(pair.server, &message, 0));
    read_all(pair.client, 2 * MEGABYTE + 5);
    /* Once more, on a connection on which everything was read so far. */
    CALL(send(pair.client, block, 2 * MEGABYTE, 0));
    read_all(pair.server, 2 * MEGABYTE);
    MUST(close(pair.client));
    MUST(close(pair.server));
}

static void many_parts(void) {
    enum { PARTS = 700, SIZE = 2000 };
    struct pair pair = tcp_pair(AF_INET6);
    struct iovec parts[PARTS];
    for (int i = 0; i < PARTS; i++)
        parts[i] = (struct iovec){block, SIZE};
    say("in many parts");
    CALL(writev(pair.client, parts, PARTS));
    read_all(pair.server, PARTS * SIZE);
    MUST(close(pair.client));
    MUST(close(pair.server));
}

static void small_writes(void) {
    struct pair pair = tcp_pair(AF_INET);
    int sent = 0;
    say("small writes without a reader");
    for (int i = 0; i < 10000; i++)
        sent += send(pair.client, "line of text\n", 13, MSG_DONTWAIT) == 13;
    say("%d of them", sent);
    read_all(pair.server, 10000 * 13);
    MUST(close(pair.client));
    MUST(close(pair.server));
}

static void echo(void *argument) {
    char data[4096];
    int fd = *(int *)argument;
    ssize_t length;
    while ((length = read(fd, data, sizeof data)) > 0)
        if (write(fd, data, (size_t)length) != length)
            _exit(1);
    _exit(0);
}

/* A client that sends all of it, then reads all of it, and a server that reads a little and writes a little. */
static void echo_of_a_megabyte(void) {
    struct pair pair = tcp_pair(AF_INET);
    pid_t child = in_child(echo, &pair.server);
    MUST(close(pair.server));
    say("echo");
    CALL(write(pair.client, block, MEGABYTE));
    CALL(shutdown(pair.client, SHUT_WR));
    read_all(pair.client, MEGABYTE);
    finish(child);
    MUST(close(pair.client));
}

/* How much fits, from SO_SNDBUF of the client and SO_RCVBUF of the server, each set before they meet; 0 leaves it alone. */
static size_t capacity(int send_buffer, int receive_buffer, bool is_server) {
    int listener = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    int reader = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    int sizes[2] = {is_server ? receive_buffer : send_buffer, is_server ? send_buffer : receive_buffer};
    int options[2] = {is_server ? SO_RCVBUF : SO_SNDBUF, is_server ? SO_SNDBUF : SO_RCVBUF};
    if (sizes[0] != 0)
        MUST(set_int(reader, SOL_SOCKET, options[0], sizes[0]));
    if (sizes[1] != 0)
        MUST(set_int(listener, SOL_SOCKET, options[1], sizes[1]));
    MUST(bind(listener, LOCAL(AF_INET, 0)));
    MUST(listen(listener, 1));
    MUST(connect(reader, LOCAL(AF_INET, port_of(listener))));
    int accepted = (int)MUST(accept(listener, NULL, NULL)), writer = is_server ? accepted : reader;
    size_t total = 0;
    struct pollfd room = {.fd = writer, .events = POLLOUT};
    do {
        ssize_t length;
        while ((length = send(writer, block, 2048, MSG_DONTWAIT)) > 0)
            total += (size_t)length;
        /* Until no acknowledgement is on its way that makes room. */
    } while (MUST(poll(&room, 1, 200)) > 0);
    MUST(close(listener));
    MUST(close(reader));
    MUST(close(accepted));
    return total;
}

/* Within a factor of two of what one kernel was seen to take: its windows differ from run to run, and from version to version. */
static void fits(int send_buffer, int receive_buffer, size_t about) {
    for (int is_server = 0; is_server < 2; is_server++) {
        size_t size = capacity(send_buffer, receive_buffer, is_server);
        bool is_near = size > about / 2 && size < about * 2;
        say("SO_SNDBUF %d, SO_RCVBUF %d, %s: %s", send_buffer, receive_buffer, is_server ? "server" : "client",
            is_near ? "as expected" : size > about ? "more" : "less");
    }
}

int main(void) {
    write_first();
    many_parts();
    small_writes();
    echo_of_a_megabyte();
    say("what fits without a reader");
    fits(0, 0, 3900000);
    fits(4096, 4096, 10240);
    fits(4096, 0, 142336);
    fits(65536, 4096, 98304);
    fits(65536, 0, 243712);
    fits(65536, 65536, 243712);
    fits(262144, 0, 560128);
    fits(262144, 262144, 994639);
    fits(1000000, 0, 2036736);
}
