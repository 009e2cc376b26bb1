/* state_random_udp.c: calls in a random order on four UDP sockets, the same in each run: who gets what, from whom, and which errors are met where. */
#include "random_places.h"

enum { ROUNDS = 300, MOST_CALLS = 60, SOCKETS = 4, FIRST_PORT = 7001 };

static struct end ends[SOCKETS];
static int family;

/* Where one of the sockets is, or nobody. */
static int any_port(void) {
    return FIRST_PORT + (int)any_below(SOCKETS + 1);
}

/* Of ephemeral ports that they are such. */
static const char *place_text(const struct sockaddr_storage *place, socklen_t length) {
    const struct sockaddr_in *in = (const struct sockaddr_in *)place;
    static char text[80];
    char host[INET6_ADDRSTRLEN] = "";
    int port = ntohs(in->sin_port);
    inet_ntop(family, family == AF_INET ? (const void *)&in->sin_addr : &((const struct sockaddr_in6 *)place)->sin6_addr, host, sizeof host);
    snprintf(text, sizeof text, "%s %s of %u", host, port >= 10000 ? "ephemeral" : (char[]){(char)('0' + port % 10), 0}, length);
    return text;
}

static void bind_it(struct end *end) {
    char call[60];
    int port = any_port();
    bool everywhere = any_below(3) == 0;
    const char *any = family == AF_INET ? "0.0.0.0" : "::";
    /* A second bind(2): docs/limits.md. */
    if (end->was_disconnected)
        return;
    long result = everywhere ? bind(end->fd, family == AF_INET ? address4(any, port) : address6(any, port), local_length(family))
                             : bind(end->fd, LOCAL(family, port));
    snprintf(call, sizeof call, "bind(%s%d)", everywhere ? "*:" : "", port);
    tell(end, call, result, "");
}

static void connect_it(struct end *end) {
    char call[40];
    int port = any_port();
    snprintf(call, sizeof call, "connect(%d)", port);
    tell(end, call, connect(end->fd, LOCAL(family, port)), "");
}

static void disconnect(struct end *end) {
    struct sockaddr none = {.sa_family = AF_UNSPEC};
    end->was_disconnected = true;
    tell(end, "disconnect", connect(end->fd, &none, sizeof none), "");
}

static void fill(struct end *end, char *data, size_t size) {
    for (size_t i = 0; i < size; i++)
        data[i] = (char)(end->name + (int)(i % 3));
}

static void send_some(struct end *end) {
    char data[MOST_BYTES], call[40];
    size_t size = any_size();
    fill(end, data, size);
    snprintf(call, sizeof call, "send(%zu)", size);
    tell(end, call, send(end->fd, data, size, MSG_NOSIGNAL), "");
}

static void send_to(struct end *end) {
    char data[MOST_BYTES], call[40];
    size_t size = any_size();
    int port = any_port();
    fill(end, data, size);
    snprintf(call, sizeof call, "sendto(%zu, %d)", size, port);
    tell(end, call, sendto(end->fd, data, size, 0, LOCAL(family, port)), "");
}

static void receive_some(struct end *end) {
    static const int FLAGS[] = {0, 0, MSG_PEEK, MSG_TRUNC, MSG_PEEK | MSG_TRUNC};
    char data[MOST_BYTES] = "", call[40];
    size_t size = any_size();
    int flags = FLAGS[any_below(sizeof FLAGS / sizeof *FLAGS)];
    ssize_t received = recv(end->fd, data, size, flags | MSG_DONTWAIT);
    snprintf(call, sizeof call, "recv(%zu, %#x)", size, flags);
    tell(end, call, received, received > 0 ? bytes_text(data, received < (ssize_t)size ? received : (ssize_t)size) : "");
}

static void shut(struct end *end) {
    int how = (int)any_below(3);
    if (any_below(4) == 0)
        tell(end, how == SHUT_RD ? "SHUT_RD" : how == SHUT_WR ? "SHUT_WR" : "SHUT_RDWR", shutdown(end->fd, how), "");
}

static void open_it(struct end *end) {
    end->fd = (int)MUST(socket(family, SOCK_DGRAM | SOCK_NONBLOCK, 0));
    end->was_disconnected = false;
}

static void begin_anew(struct end *end) {
    if (any_below(3) != 0)
        return;
    tell(end, "close", close(end->fd), "");
    open_it(end);
}

static call_on *const CALLS[] = {
    bind_it,      bind_it,      connect_it, connect_it, disconnect, send_some, send_some, send_some, send_to, send_to, send_to,
    receive_some, receive_some, receive_from, receive_from, ask_poll, ask_unread, ask_error, ask_name, ask_peer, shut, begin_anew,
};

static void a_round(unsigned number) {
    begin_again(number);
    family = any_below(3) != 0 ? AF_INET : AF_INET6;
    say("connection %u", number);
    for (int i = 0; i < SOCKETS; i++) {
        ends[i].name = (char)('a' + i);
        open_it(&ends[i]);
    }
    for (unsigned left = 10 + any_below(MOST_CALLS - 10); left > 0; left--) {
        call_on *call = CALLS[any_below(sizeof CALLS / sizeof *CALLS)];
        call(&ends[any_below(SOCKETS)]);
        all_arrive();
    }
    for (int i = 0; i < SOCKETS; i++)
        MUST(close(ends[i].fd));
}

int main(void) {
    prepare_barrier();
    for (unsigned number = 0; number < ROUNDS; number++)
        a_round(number);
}
