/* state_random_tcp.c: calls in a random order on both ends of connections, the same in each run: what any order of sends, reads, shutdowns, resets
 * and closes leaves behind. */
#include "random_calls.h"

enum { CONNECTIONS = 400, MOST_CALLS = 50 };

static struct end ends[2];

static struct end *other(const struct end *end) {
    return &ends[end == ends];
}

static void send_some(struct end *end) {
    char data[MOST_BYTES], call[40];
    size_t size = any_size();
    /* What comes behind SHUT_RD is read in other portions: docs/limits.md. */
    if (other(end)->is_reading_shut)
        return;
    for (size_t i = 0; i < size; i++)
        data[i] = (char)('a' + (end->letter + i) % 26);
    ssize_t sent = send(end->fd, data, size, MSG_NOSIGNAL);
    end->letter = (unsigned char)((end->letter + (sent > 0 ? sent : 0)) % 26);
    snprintf(call, sizeof call, "send(%zu)", size);
    tell(end, call, sent, "");
}

static void receive_some(struct end *end) {
    static const int FLAGS[] = {0, 0, MSG_PEEK, MSG_WAITALL, MSG_TRUNC, MSG_PEEK | MSG_TRUNC, MSG_PEEK | MSG_WAITALL};
    char data[MOST_BYTES] = "", call[40];
    size_t size = any_size();
    int flags = FLAGS[any_below(sizeof FLAGS / sizeof *FLAGS)];
    ssize_t received = recv(end->fd, data, size, flags | MSG_DONTWAIT);
    snprintf(call, sizeof call, "recv(%zu, %#x)", size, flags);
    tell(end, call, received, received > 0 ? bytes_text(data, received) : "");
}

static void receive_parts(struct end *end) {
    char data[100] = "", call[40];
    struct iovec parts[2] = {{data, any_below(50)}, {NULL, any_below(50)}};
    parts[1].iov_base = data + parts[0].iov_len;
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    ssize_t received = recvmsg(end->fd, &message, MSG_DONTWAIT);
    snprintf(call, sizeof call, "recvmsg(%zu + %zu)", parts[0].iov_len, parts[1].iov_len);
    tell(end, call, received, received > 0 ? bytes_text(data, received) : "");
}

static void read_some(struct end *end) {
    char data[100] = "", call[40];
    size_t size = any_below(sizeof data);
    ssize_t received = read(end->fd, data, size);
    snprintf(call, sizeof call, "read(%zu)", size);
    tell(end, call, received, received > 0 ? bytes_text(data, received) : "");
}

static void ask_select(struct end *end) {
    say("%c", end->name);
    select_says(end->fd);
}

static void ask_peer(struct end *end) {
    struct sockaddr_storage peer;
    socklen_t length = sizeof peer;
    tell(end, "getpeername", getpeername(end->fd, (struct sockaddr *)&peer, &length), "");
}

static void want_more(struct end *end) {
    int bytes = (int)any_size();
    char call[40];
    snprintf(call, sizeof call, "SO_RCVLOWAT(%d)", bytes);
    tell(end, call, setsockopt(end->fd, SOL_SOCKET, SO_RCVLOWAT, &bytes, sizeof bytes), "");
}

static void shut(struct end *end) {
    static const char *const HALVES[] = {"SHUT_RD", "SHUT_WR", "SHUT_RDWR"};
    int how = (int)any_below(3);
    if (any_below(3) != 0)
        return;
    end->is_reading_shut |= how != SHUT_WR;
    tell(end, HALVES[how], shutdown(end->fd, how), "");
}

static void disconnect(struct end *end) {
    struct sockaddr_storage none = {.ss_family = AF_UNSPEC};
    if (any_below(5) == 0)
        tell(end, "disconnect", connect(end->fd, (struct sockaddr *)&none, sizeof(struct sockaddr_in)), "");
}

static void end_it(struct end *end) {
    struct linger reset = {1, 0};
    if (any_below(4) != 0)
        return;
    bool resets = any_below(2) != 0;
    if (resets)
        MUST(setsockopt(end->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset));
    tell(end, resets ? "close with a reset" : "close", close(end->fd), "");
    end->fd = -1;
}

static call_on *const CALLS[] = {
    send_some, send_some, send_some, send_some, receive_some, receive_some, receive_some, receive_parts, read_some, ask_poll,
    ask_poll,  ask_select, ask_unread, ask_error, ask_peer, ask_state, want_more, shut, disconnect, end_it,
};

static void connection(unsigned number) {
    begin_again(number);
    struct pair pair = tcp_pair(any_below(4) != 0 ? AF_INET : AF_INET6);
    say("connection %u", number);
    ends[0] = (struct end){.fd = pair.client, .name = 'c'};
    ends[1] = (struct end){.fd = pair.server, .name = 's'};
    for (int i = 0; i < 2; i++) {
        MUST(fcntl(ends[i].fd, F_SETFL, O_NONBLOCK));
        MUST(set_int(ends[i].fd, IPPROTO_TCP, TCP_NODELAY, 1));
    }
    for (unsigned left = 10 + any_below(MOST_CALLS - 10); left > 0; left--) {
        struct end *end = &ends[any_below(2)];
        call_on *call = CALLS[any_below(sizeof CALLS / sizeof *CALLS)];
        if (end->fd >= 0)
            call(end);
        all_arrive();
    }
    for (int i = 0; i < 2; i++)
        if (ends[i].fd >= 0)
            MUST(close(ends[i].fd));
}

int main(void) {
    prepare_barrier();
    for (unsigned number = 0; number < CONNECTIONS; number++)
        connection(number);
}
