/* state_random_listen.c: calls in a random order on TCP sockets that bind, listen, connect and accept, the same in each run: who has which port and
 * address afterwards, in which state, whatever went before.
 *
 * A connection that both sides have ended keeps its port in TIME_WAIT on the kernel's loopback, and on no network of ours, so all connections here
 * end by a reset. Who of several listeners with one name gets a connection is chance, and so nobody connects to these. */
#include "random_places.h"

enum { ROUNDS = 300, MOST_CALLS = 90, SOCKETS = 5, PORTS = 3, FIRST_PORT = 2000, ROUNDS_OF_PORTS = 2600 };

static struct end ends[SOCKETS];
static int first_port;

/* As a program names places: by both families, and odd ones that lead nowhere or must not be bound. */
static const char *const PLACES4[] = {"127.0.0.1", "127.0.0.1", "127.0.0.1", "0.0.0.0", "0.0.0.0", "127.0.0.2"};
static const char *const ODD_PLACES4[] = {"224.0.0.1", "255.255.255.255", "127.255.255.255", "203.0.113.9", "240.0.0.1"};
static const char *const PLACES6[] = {"::1", "::1", "::", "::", "::ffff:127.0.0.1", "::ffff:127.0.0.2", "::ffff:0.0.0.0"};
static const char *const ODD_PLACES6[] = {"ff02::1", "ff0e::1", "fe80::1", "2001:db8::9", "::ffff:203.0.113.9"};

#define ANY_OF(list) ((list)[any_below(sizeof(list) / sizeof *(list))])

static const char *any_place(int family, unsigned odd_in) {
    bool is_odd = any_below(odd_in) == 0;
    if (family == AF_INET)
        return is_odd ? ANY_OF(ODD_PLACES4) : ANY_OF(PLACES4);
    return is_odd ? ANY_OF(ODD_PLACES6) : ANY_OF(PLACES6);
}

static const struct sockaddr *place(int family, const char *ip, int port) {
    return family == AF_INET ? address4(ip, port) : address6(ip, port);
}

/* Ports as letters: those of the round, or the kernel's choice. */
static const char *port_name(int port) {
    static const char *const NAMES[PORTS] = {"p", "q", "r"};
    return port == 0 ? "0" : port >= first_port && port < first_port + PORTS ? NAMES[port - first_port] : "auto";
}

static int port_at(const struct sockaddr_storage *address) {
    return ntohs(((const struct sockaddr_in *)address)->sin_port);
}

static const char *place_text(const struct sockaddr_storage *address, socklen_t length) {
    static char text[INET6_ADDRSTRLEN + 20];
    char ip[INET6_ADDRSTRLEN] = "";
    const void *bytes = address->ss_family == AF_INET ? (const void *)&((const struct sockaddr_in *)address)->sin_addr
                                                      : (const void *)&((const struct sockaddr_in6 *)address)->sin6_addr;
    inet_ntop(address->ss_family, bytes, ip, sizeof ip);
    snprintf(text, sizeof text, "%s %s, %u bytes", ip, port_name(port_at(address)), (unsigned)length);
    return text;
}

static struct sockaddr_storage name_of(const struct end *end) {
    struct sockaddr_storage name = {0};
    socklen_t length = sizeof name;
    MUST(getsockname(end->fd, (struct sockaddr *)&name, &length));
    return name;
}

static int family_of(const struct end *end) {
    return name_of(end).ss_family;
}

static bool is_listening(const struct end *end) {
    int is_listening = 0;
    socklen_t length = sizeof is_listening;
    return getsockopt(end->fd, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, &length) == 0 && is_listening != 0;
}

static bool has_peer(const struct end *end) {
    struct sockaddr_storage peer;
    socklen_t length = sizeof peer;
    return getpeername(end->fd, (struct sockaddr *)&peer, &length) == 0;
}

static bool is_chance(int port) {
    for (int i = 0; i < SOCKETS; i++)
        for (int k = 0; k < i; k++) {
            struct sockaddr_storage one = name_of(&ends[i]), other = name_of(&ends[k]);
            if (port_at(&one) == port && memcmp(&one, &other, sizeof one) == 0 && is_listening(&ends[i]) && is_listening(&ends[k]))
                return true;
        }
    return false;
}

static void bind_it(struct end *end) {
    int family = family_of(end), port = any_below(6) == 0 ? 0 : first_port + (int)any_below(PORTS);
    const char *ip = any_place(family, 12);
    char call[80];
    long result = bind(end->fd, place(family, ip, port), local_length(family));
    snprintf(call, sizeof call, "bind(%s %s)", ip, port_name(port));
    tell(end, call, result, "");
}

static void listen_to(struct end *end) {
    /* What it accepts would be shut as well: docs/limits.md. */
    if (end->is_reading_shut)
        return;
    int backlog = any_below(2) != 0 ? 100 : 200;
    char call[40];
    snprintf(call, sizeof call, "listen(%d)", backlog);
    tell(end, call, listen(end->fd, backlog), "");
}

static void connect_it(struct end *end) {
    struct sockaddr_storage own = name_of(end);
    int family = own.ss_family, port = any_below(20) == 0 ? 0 : first_port + (int)any_below(PORTS);
    const char *ip = any_place(family, 20);
    char call[80];
    /* A socket that connects to itself, or has shut a half before: docs/limits.md. And one of IPv6 that has sent IPv4 packets sends them to the end: tcp_v6_connect(). */
    if (port_at(&own) == port || is_chance(port) || end->is_reading_shut || (end->is_mapped && strncmp(ip, "::ffff:", 7) != 0))
        return;
    end->is_mapped |= strncmp(ip, "::ffff:", 7) == 0;
    long result = connect(end->fd, place(family, ip, port), local_length(family));
    snprintf(call, sizeof call, "connect(%s %s)", ip, port_name(port));
    tell(end, call, result, "");
}

static void accept_one(struct end *end) {
    struct sockaddr_storage from = {0};
    socklen_t length = sizeof from;
    int fd = accept4(end->fd, (struct sockaddr *)&from, &length, SOCK_NONBLOCK);
    tell(end, "accept", fd < 0 ? -1 : 0, fd < 0 ? "" : place_text(&from, length));
    struct end *other = &ends[any_below(SOCKETS)];
    if (fd < 0)
        return;
    if (other == end) {
        MUST(close(fd));
        return;
    }
    tell(other, "replaced", close(other->fd), "");
    other->fd = fd;
    other->is_reading_shut = false;
    other->is_mapped = family_of(other) == AF_INET6;
}

static void disconnect(struct end *end) {
    struct sockaddr_storage none = {.ss_family = AF_UNSPEC};
    tell(end, "disconnect", connect(end->fd, (struct sockaddr *)&none, sizeof(struct sockaddr_in)), "");
    end->is_reading_shut = false;
}

static void switch_option(struct end *end) {
    static const struct {
        int level, name;
        const char *text;
    } OPTIONS[] = {
        {SOL_SOCKET, SO_REUSEADDR, "SO_REUSEADDR"},  {SOL_SOCKET, SO_REUSEADDR, "SO_REUSEADDR"},    {SOL_SOCKET, SO_REUSEPORT, "SO_REUSEPORT"},
        {IPPROTO_IPV6, IPV6_V6ONLY, "IPV6_V6ONLY"},  {IPPROTO_IP, IP_FREEBIND, "IP_FREEBIND"},      {IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, "IP_BIND_ADDRESS_NO_PORT"},
    };
    unsigned which = any_below(sizeof OPTIONS / sizeof *OPTIONS);
    int on = any_below(3) != 0;
    char call[60];
    if (which >= 4 && any_below(3) != 0)
        return;
    snprintf(call, sizeof call, "%s(%d)", OPTIONS[which].text, on);
    tell(end, call, set_int(end->fd, OPTIONS[which].level, OPTIONS[which].name, on), "");
}

static void send_some(struct end *end) {
    tell(end, "send", send(end->fd, "hello", 5, MSG_NOSIGNAL), "");
}

static void receive_some(struct end *end) {
    char data[100];
    ssize_t received = recv(end->fd, data, any_below(sizeof data), MSG_DONTWAIT);
    tell(end, "recv", received, received > 0 ? bytes_text(data, received) : "");
}

static void ask_accepting(struct end *end) {
    tell(end, "SO_ACCEPTCONN", 0, is_listening(end) ? "1" : "0");
}

static void ask_options(struct end *end) {
    char more[60];
    int address = -1, port = -1, only = -1;
    socklen_t length = sizeof(int);
    getsockopt(end->fd, SOL_SOCKET, SO_REUSEADDR, &address, &length);
    getsockopt(end->fd, SOL_SOCKET, SO_REUSEPORT, &port, &length);
    getsockopt(end->fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, &length);
    snprintf(more, sizeof more, "%d %d %d", address, port, only);
    tell(end, "options", 0, more);
}

static void ask_unsent(struct end *end) {
    int unsent = -1;
    char more[20];
    if (!has_peer(end))
        return;
    long result = ioctl(end->fd, TIOCOUTQ, &unsent);
    snprintf(more, sizeof more, "%d", unsent);
    tell(end, "SIOCOUTQ", result, more);
}

static void shut(struct end *end) {
    static const char *const HALVES[] = {"SHUT_RD", "SHUT_WR", "SHUT_RDWR"};
    int how = (int)any_below(3);
    if (any_below(3) != 0 || has_peer(end))
        return;
    if (!is_listening(end))
        end->is_reading_shut = true;
    tell(end, HALVES[how], shutdown(end->fd, how), "");
}

static void open_it(struct end *end) {
    static const struct linger RESET = {1, 0};
    end->fd = (int)MUST(socket(any_below(5) < 3 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0));
    MUST(setsockopt(end->fd, SOL_SOCKET, SO_LINGER, &RESET, sizeof RESET));
    end->is_mapped = end->is_reading_shut = false;
}

static void begin_anew(struct end *end) {
    if (any_below(2) != 0)
        return;
    tell(end, "close", close(end->fd), "");
    open_it(end);
}

static void duplicate(struct end *end) {
    int fd = (int)MUST(dup(end->fd));
    tell(end, "dup and close", close(end->fd), "");
    end->fd = fd;
}

static void close_all(void *unused) {
    (void)unused;
    for (int i = 0; i < SOCKETS; i++)
        MUST(close(ends[i].fd));
}

/* A child that has all sockets as well closes its own, and nothing becomes of the others. */
static void close_in_child(struct end *end) {
    if (any_below(4) != 0)
        return;
    finish(in_child(close_all, NULL));
    tell(end, "closed in a child", 0, "");
}

static call_on *const CALLS[] = {
    bind_it,       bind_it,    bind_it,       bind_it,    listen_to,     listen_to,   listen_to, connect_it, connect_it, connect_it,  connect_it,
    connect_it,    accept_one, accept_one,    accept_one, disconnect,    switch_option, switch_option, switch_option, send_some,  receive_some, ask_poll,
    ask_unread,    ask_error,  ask_accepting, ask_name,   ask_peer,      ask_state,   ask_options, ask_unsent, shut,       begin_anew,  duplicate, close_in_child,
};

static void a_round(unsigned number) {
    begin_again(number);
    first_port = FIRST_PORT + PORTS * (int)(number % ROUNDS_OF_PORTS);
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
    close_all(NULL);
}

int main(int count, char **arguments) {
    unsigned first = count > 1 ? (unsigned)atoi(arguments[1]) : 0;
    prepare_barrier();
    for (unsigned number = first; number < first + ROUNDS; number++)
        a_round(number);
}
