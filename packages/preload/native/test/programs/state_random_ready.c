/* state_random_ready.c: calls in a random order on connections, a listener and UDP sockets, the same in each run, and after each of them what
 * poll(2), select(2) and epoll(7) say: of levels, edges and one shot, of an epoll in an epoll, of a socket in several.
 *
 * How much fits into a connection, and how much of it has to be read before the writer may go on, is not asked: of a writer that
 * met a full connection it is shown that it may not write, and that it may once everything is read. Nor is it asked how often an edge tells
 * of room to write that was there before: an edge for writing has to come when there was none, and may come at any time. */
#include "random_calls.h"

enum { ROUNDS = 150, MOST_CALLS = 70, LISTENER = 0, FIRST_TCP = 1, FIRST_UDP = 7, ENDS = 9, PORT = 7001, NOBODY = 7002, MOST_WAITING = 3 };

/* Epolls that watch every socket from its beginning. */
enum { LEVEL, EDGE_TO_READ, EDGE_TO_WRITE, ONE_SHOT, ERRORS, KINDS, CHOSEN = KINDS };
static const char *const KIND_NAMES[KINDS] = {"level", "edge", "room", "once", "errors"};
enum {
    READ = EPOLLIN | EPOLLRDNORM | EPOLLRDBAND | EPOLLPRI | EPOLLRDHUP,
    WRITE = EPOLLOUT | EPOLLWRNORM,
};
static const unsigned KIND_EVENTS[KINDS] = {READ | WRITE, READ | EPOLLET, WRITE | EPOLLET, READ | WRITE | EPOLLONESHOT, 0};

static struct ready_end {
    struct end end;
    bool is_connected;
    bool is_writing_shut;
    bool was_shared;    /* with a child */
    bool has_met_error; /* UDP */
    bool is_full;       /* its last byte found no room, and the peer has not read everything since */
    bool has_changed;   /* what poll(2) says, in this step */
    bool has_odd_edges; /* in this step: see has_odd_edges() */
    int peer;           /* -1 when there is none that this program has open */
    unsigned was;       /* what poll(2) said last */
    unsigned own;       /* what `chosen` waits for; 0 when it does not */
    bool has_own;
} ends[ENDS];

static int kinds[KINDS], chosen, outer;
static int waiting[MOST_WAITING], waiting_count; /* clients that were not accepted yet, in order; -1 when the client has gone */
static int family;
static bool is_urgent_tried;

static struct ready_end *whole(struct end *end) {
    return &ends[end->name - 'a'];
}

static int number_of(const struct ready_end *end) {
    return (int)(end - ends);
}

static void watch(struct ready_end *end) {
    for (int i = 0; i < KINDS; i++) {
        struct epoll_event event = {.events = KIND_EVENTS[i], .data.u32 = (unsigned)number_of(end)};
        MUST(epoll_ctl(kinds[i], EPOLL_CTL_ADD, end->end.fd, &event));
    }
    end->was = ~0u;
    end->has_own = false;
}

static void begin(struct ready_end *end, int fd) {
    *end = (struct ready_end){.end = {.fd = fd, .name = (char)('a' + number_of(end))}, .peer = -1};
    watch(end);
}

/* In this step, where the other end is this one's. */
static void peer_has_odd_edges(const struct ready_end *end) {
    if (end->peer >= 0)
        ends[end->peer].has_odd_edges = true;
}

static bool is_peer_hung_up(const struct ready_end *end) {
    return end->peer >= 0 && (ends[end->peer].was & (EPOLLERR | EPOLLHUP)) != 0;
}

static void leave_peer(struct ready_end *end) {
    if (end->peer >= 0)
        ends[end->peer].peer = -1;
    for (int i = 0; i < waiting_count; i++)
        if (waiting[i] == number_of(end))
            waiting[i] = -1;
    end->peer = -1;
}

static const char *bits_text(unsigned bits) {
    static char text[200];
    snprintf(text, sizeof text, "%s%s%s%s%s", event_names(bits), bits & EPOLLRDNORM ? "|RDNORM" : "", bits & EPOLLWRNORM ? "|WRNORM" : "",
             bits & EPOLLRDBAND ? "|RDBAND" : "", bits & EPOLLWRBAND ? "|WRBAND" : "");
    return text;
}

static bool is_acknowledged(const struct ready_end *end) {
    struct tcp_info info = {0};
    MUST(getsockopt(end->end.fd, IPPROTO_TCP, TCP_INFO, &info, &(socklen_t){sizeof info}));
    return info.tcpi_state != TCP_FIN_WAIT1;
}

/* Until every end is acknowledged: that is an edge as well, and the peer's kernel may take 40 ms for it. */
static void all_is_acknowledged(void) {
    for (int i = FIRST_TCP; i < FIRST_UDP; i++)
        while (ends[i].end.fd >= 0 && !is_acknowledged(&ends[i]))
            sched_yield();
    all_arrive();
}

/* Without what is the buffers' affair. */
static unsigned shown(const struct ready_end *end, unsigned bits) {
    bool is_over = (bits & (EPOLLERR | EPOLLHUP)) != 0;
    return end->is_full && !is_over ? bits & ~(unsigned)WRITE : bits;
}

static unsigned polled(const struct ready_end *end) {
    struct pollfd all = {.fd = end->end.fd, .events = READ | WRITE | EPOLLWRBAND};
    MUST(poll(&all, 1, 0));
    return (unsigned short)all.revents;
}

static void show_poll_of(struct ready_end *end) {
    unsigned bits = shown(end, polled(end));
    end->has_changed = bits != end->was;
    if (end->has_changed)
        say("    %c: %s", end->end.name, bits_text(bits));
    end->was = bits;
    end->has_met_error |= (bits & EPOLLERR) != 0;
}

/* Edges that differ: docs/limits.md says of which there is none for a datagram behind SHUT_RD or an error, and which a Unix socket has more of. Of what goes
 * through a full connection nobody can tell when it comes. */
static bool has_odd_edges(const struct ready_end *end) {
    return end->has_odd_edges || (end->peer >= 0 && ends[end->peer].is_full) || (number_of(end) >= FIRST_UDP && (end->end.is_reading_shut || end->has_met_error));
}

/* `told` says in which epolls there is something: docs/limits.md allows for more. */
static void show_epoll(const char *name, int epoll, int kind, unsigned told) {
    struct epoll_event events[2 * ENDS];
    int count = (int)MUST(epoll_wait(epoll, events, 2 * ENDS, 0));
    for (int number = 0; number < ENDS; number++) {
        for (int i = 0; i < count; i++) {
            const struct ready_end *end = &ends[number];
            unsigned bits = shown(end, events[i].events);
            if (events[i].data.u32 != (unsigned)number || bits == 0)
                continue;
            if (number < FIRST_UDP && (told >> kind & 1) == 0)
                say("    %s has something, and nobody was told", name);
            if (has_odd_edges(end) && (kind == EDGE_TO_READ || kind == EDGE_TO_WRITE || kind == CHOSEN))
                continue;
            if (kind == LEVEL && bits == (end->was & ~(unsigned)EPOLLWRBAND))
                continue;
            if (kind == ERRORS && bits == (end->was & (EPOLLERR | EPOLLHUP)))
                continue;
            if (kind == EDGE_TO_WRITE && (number >= FIRST_UDP || !end->has_changed || (bits & (EPOLLERR | EPOLLHUP)) == 0))
                continue;
            say("    %s %c: %s", name, end->end.name, bits_text(bits));
        }
    }
}

static void show_select(void) {
    fd_set reading, writing, exceptional;
    FD_ZERO(&reading);
    for (int i = 0; i < ENDS; i++)
        if (ends[i].end.fd >= 0)
            FD_SET(ends[i].end.fd, &reading);
    writing = exceptional = reading;
    MUST(select(FD_SETSIZE, &reading, &writing, &exceptional, &(struct timeval){0}));
    char text[4 * ENDS + 1] = "";
    for (int i = 0; i < ENDS; i++) {
        int fd = ends[i].end.fd;
        if (fd < 0)
            continue;
        snprintf(text + strlen(text), 5, "%c%s%s%s", ends[i].end.name, FD_ISSET(fd, &reading) ? "r" : "",
                 FD_ISSET(fd, &writing) && shown(&ends[i], ends[i].was | WRITE) & WRITE ? "w" : "", FD_ISSET(fd, &exceptional) ? "x" : "");
    }
    say("    select %s", text);
}

/* Which epolls there is something in, as the epoll says that they are in. */
static unsigned asked_outer(void) {
    struct epoll_event events[KINDS + 1];
    int count = (int)MUST(epoll_wait(outer, events, KINDS + 1, 0));
    unsigned told = 0;
    for (int i = 0; i < count; i++)
        told |= 1u << events[i].data.u32;
    return told;
}

static void show_all(void) {
    unsigned told = asked_outer();
    for (int i = 0; i < ENDS; i++)
        if (ends[i].end.fd >= 0)
            show_poll_of(&ends[i]);
    if (any_below(8) == 0)
        show_select();
    for (int i = 0; i < KINDS; i++)
        show_epoll(KIND_NAMES[i], kinds[i], i, told);
    show_epoll("chosen", chosen, CHOSEN, told);
    for (int i = 0; i < ENDS; i++)
        ends[i].has_odd_edges = false;
}

/* Connections. */

static void send_some(struct end *end) {
    char data[MOST_BYTES], call[40];
    size_t size = any_size();
    static const int FLAGS[] = {0, 0, 0, MSG_OOB};
    int flags = is_urgent_tried ? FLAGS[any_below(4)] : 0;
    if (whole(end)->is_full)
        return;
    if (whole(end)->peer >= 0 && ends[whole(end)->peer].end.is_reading_shut) {
        /* Such a byte is ordinary data, and going by a file its sender has an edge of it: docs/limits.md. */
        flags = 0;
        whole(end)->has_odd_edges = true;
        /* Less than SO_RCVLOWAT is an edge then. */
        if (!is_urgent_tried)
            peer_has_odd_edges(whole(end));
    }
    memset(data, 'x', size);
    snprintf(call, sizeof call, "send(%zu%s)", size, flags != 0 ? ", MSG_OOB" : "");
    tell(end, call, send(end->fd, data, size, flags | MSG_NOSIGNAL), "");
}

static void fill(struct end *end) {
    static const char DATA[65536];
    ssize_t sent, total = 0;
    /* Behind SHUT_RD nobody waits: docs/limits.md. */
    if (whole(end)->is_full || whole(end)->peer < 0 || ends[whole(end)->peer].end.is_reading_shut || any_below(3) != 0)
        return;
    for (size_t size = sizeof DATA; size > 0; size /= 2)
        while ((sent = send(end->fd, DATA, size, MSG_NOSIGNAL)) > 0 && total < 1 << 25) {
            total += sent;
            all_arrive();
        }
    tell(end, "fill", sent, "");
    whole(end)->is_full = errno == EAGAIN;
}

static void receive_some(struct end *end) {
    static const int FLAGS[] = {0, 0, MSG_PEEK, MSG_OOB};
    char data[MOST_BYTES] = "", call[40];
    size_t size = any_size();
    int flags = FLAGS[any_below(4)];
    /* Of a connection with urgent bytes, at least one byte, and none of those after a reset: docs/limits.md. */
    if (is_urgent_tried && (size == 0 || (flags == MSG_OOB && (whole(end)->was & EPOLLERR) != 0)))
        return;
    ssize_t received = recv(end->fd, data, size, flags | MSG_DONTWAIT);
    snprintf(call, sizeof call, "recv(%zu, %#x)", size, flags);
    tell(end, call, received, "");
}

static void drain(struct end *end) {
    static char data[65536];
    ssize_t received;
    do {
        while ((received = recv(end->fd, data, sizeof data, MSG_DONTWAIT)) > 0)
            continue;
        all_arrive();
    } while (received < 0 && errno == EAGAIN && (received = recv(end->fd, data, sizeof data, MSG_DONTWAIT)) > 0);
    tell(end, "drain", received, "");
    if (whole(end)->peer >= 0)
        ends[whole(end)->peer].is_full = false;
}

static void shut(struct end *end) {
    static const char *const HALVES[] = {"SHUT_RD", "SHUT_WR", "SHUT_RDWR"};
    int how = (int)any_below(3);
    bool is_peer_full = whole(end)->peer >= 0 && ends[whole(end)->peer].is_full;
    if (any_below(2) != 0 || whole(end)->is_full || is_peer_full)
        return;
    end->is_reading_shut |= how != SHUT_WR;
    whole(end)->is_writing_shut |= how != SHUT_RD;
    if (how != SHUT_WR)
        peer_has_odd_edges(whole(end));
    tell(end, HALVES[how], shutdown(end->fd, how), "");
}

static void want_more(struct end *end) {
    int bytes = (int)any_size();
    char call[40];
    if (is_urgent_tried)
        return;
    /* After a reset it is an edge where an end came before that. */
    if ((whole(end)->was & EPOLLERR) != 0)
        whole(end)->has_odd_edges = true;
    snprintf(call, sizeof call, "SO_RCVLOWAT(%d)", bytes);
    tell(end, call, setsockopt(end->fd, SOL_SOCKET, SO_RCVLOWAT, &bytes, sizeof bytes), "");
}

static void resize(struct end *end) {
    static const int SIZES[] = {65536, 100000, 200000};
    int size = SIZES[any_below(3)], option = any_below(2) != 0 ? SO_SNDBUF : SO_RCVBUF;
    if (whole(end)->is_connected)
        return;
    tell(end, option == SO_SNDBUF ? "SO_SNDBUF" : "SO_RCVBUF", setsockopt(end->fd, SOL_SOCKET, option, &size, sizeof size), "");
}

static void want_inline(struct end *end) {
    tell(end, "SO_OOBINLINE", set_int(end->fd, SOL_SOCKET, SO_OOBINLINE, (int)any_below(2)), "");
}

static void end_it(struct end *end) {
    struct linger reset = {1, 0};
    if (any_below(3) != 0 || whole(end)->is_full)
        return;
    /* What a child had as well is closed without a reset: docs/limits.md. */
    bool resets = any_below(2) != 0 && !whole(end)->was_shared;
    if (resets)
        MUST(setsockopt(end->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset));
    if (whole(end)->is_writing_shut || is_peer_hung_up(whole(end)))
        peer_has_odd_edges(whole(end));
    tell(end, resets ? "close with a reset" : "close", close(end->fd), "");
    leave_peer(whole(end));
    end->fd = -1;
}

static void connect_it(struct end *end) {
    bool is_refused = any_below(5) == 0 || (ends[LISTENER].end.fd >= 0 && waiting_count == MOST_WAITING);
    if (whole(end)->is_connected)
        return;
    end->is_reading_shut = whole(end)->is_writing_shut = false;
    long result = connect(end->fd, LOCAL(family, is_refused ? NOBODY : PORT));
    tell(end, is_refused ? "connect to nobody" : "connect", result, "");
    all_arrive();
    if (result == 0 || (result < 0 && errno == EINPROGRESS)) {
        whole(end)->is_connected = !is_refused && ends[LISTENER].end.fd >= 0;
        if (whole(end)->is_connected)
            waiting[waiting_count++] = number_of(whole(end));
    }
}

static void disconnect(struct end *end) {
    struct sockaddr_storage none = {.ss_family = AF_UNSPEC};
    if (any_below(4) != 0 || whole(end)->is_full)
        return;
    if (is_peer_hung_up(whole(end)))
        peer_has_odd_edges(whole(end));
    end->is_reading_shut = whole(end)->is_writing_shut = false;
    tell(end, "disconnect", connect(end->fd, (struct sockaddr *)&none, sizeof(struct sockaddr_in)), "");
    leave_peer(whole(end));
    whole(end)->is_connected = false;
}

/* Listeners. */

static int free_tcp(void) {
    for (int i = FIRST_TCP; i < FIRST_UDP; i++)
        if (ends[i].end.fd < 0)
            return i;
    return -1;
}

static void accept_one(struct end *listener) {
    int place = free_tcp();
    if (place < 0)
        return;
    int fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK);
    tell(listener, "accept", fd < 0 ? fd : 0, "");
    if (fd < 0)
        return;
    begin(&ends[place], fd);
    MUST(set_int(fd, IPPROTO_TCP, TCP_NODELAY, 1));
    ends[place].is_connected = true;
    int client = waiting[0];
    memmove(waiting, waiting + 1, sizeof waiting - sizeof *waiting);
    waiting_count--;
    if (client >= 0) {
        ends[place].peer = client;
        ends[client].peer = place;
    }
}

static void end_listener(struct end *listener) {
    if (any_below(6) != 0)
        return;
    bool only_shut = any_below(3) == 0;
    tell(listener, only_shut ? "SHUT_RD" : "close", only_shut ? shutdown(listener->fd, SHUT_RD) : close(listener->fd), "");
    waiting_count = 0;
    if (only_shut) {
        all_arrive();
        show_poll_of(whole(listener));
        MUST(close(listener->fd));
    }
    listener->fd = -1;
}

/* UDP sockets. */

static void connect_udp(struct end *end) {
    static const char *const WHERE[] = {"connect to nobody", "connect to the first", "connect to the second"};
    unsigned where = any_below(3);
    tell(end, WHERE[where], connect(end->fd, LOCAL(family, NOBODY + (int)where)), "");
}

static void send_datagram(struct end *end) {
    char data[MOST_BYTES] = "", call[40];
    size_t size = any_size();
    int port = NOBODY + (int)any_below(3);
    bool has_place = any_below(2) == 0;
    snprintf(call, sizeof call, "sendto(%zu, %d)", size, has_place ? port : 0);
    tell(end, call, has_place ? sendto(end->fd, data, size, 0, LOCAL(family, port)) : send(end->fd, data, size, 0), "");
}

static void receive_datagram(struct end *end) {
    char data[MOST_BYTES] = "";
    int flags = any_below(4) == 0 ? MSG_PEEK : 0;
    tell(end, flags != 0 ? "peek" : "recv", recv(end->fd, data, sizeof data, flags), "");
}

static void want_errors(struct end *end) {
    int level = family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
    tell(end, "RECVERR", set_int(end->fd, level, family == AF_INET ? IP_RECVERR : IPV6_RECVERR, (int)any_below(2)), "");
}

static void take_error(struct end *end) {
    char data[MOST_BYTES], control[512];
    struct msghdr message = {.msg_iov = &(struct iovec){data, sizeof data}, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    tell(end, "MSG_ERRQUEUE", recvmsg(end->fd, &message, MSG_ERRQUEUE), "");
}

static void shut_udp(struct end *end) {
    int how = (int)any_below(3);
    if (any_below(4) != 0)
        return;
    end->is_reading_shut |= how != SHUT_WR;
    tell(end, how == SHUT_RD ? "SHUT_RD" : how == SHUT_WR ? "SHUT_WR" : "SHUT_RDWR", shutdown(end->fd, how), "");
}

/* All kinds of sockets. */

static void open_udp(struct ready_end *end) {
    int fd = (int)MUST(socket(family, SOCK_DGRAM | SOCK_NONBLOCK, 0));
    MUST(bind(fd, LOCAL(family, NOBODY + 1 + number_of(end) - FIRST_UDP)));
    begin(end, fd);
}

static void open_again(struct end *end) {
    struct ready_end *all = whole(end);
    if (number_of(all) >= FIRST_UDP) {
        open_udp(all);
    } else if (number_of(all) == LISTENER) {
        int fd = (int)MUST(socket(family, SOCK_STREAM | SOCK_NONBLOCK, 0));
        MUST(set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1));
        MUST(bind(fd, LOCAL(family, PORT)));
        MUST(listen(fd, 8));
        begin(all, fd);
    } else {
        begin(all, (int)MUST(socket(family, SOCK_STREAM | SOCK_NONBLOCK, 0)));
        MUST(set_int(end->fd, IPPROTO_TCP, TCP_NODELAY, 1));
    }
    tell(end, "new", 0, "");
}

static void close_udp(struct end *end) {
    if (any_below(6) == 0) {
        tell(end, "close", close(end->fd), "");
        end->fd = -1;
    }
}

static void close_double(struct end *end) {
    if (any_below(3) == 0)
        tell(end, "dup and close", close((int)MUST(dup(end->fd))), "");
}

static void close_in_child(struct end *end) {
    if (any_below(4) != 0)
        return;
    say("%c is closed by a child", end->name);
    pid_t child = (pid_t)MUST(fork());
    if (child == 0) {
        close(end->fd);
        _exit(0);
    }
    int status;
    MUST(waitpid(child, &status, 0));
    for (int i = 0; i < ENDS; i++)
        ends[i].was_shared = true;
}

static void arm(struct end *end) {
    struct epoll_event event = {.events = KIND_EVENTS[ONE_SHOT], .data.u32 = (unsigned)number_of(whole(end))};
    tell(end, "arm", epoll_ctl(kinds[ONE_SHOT], EPOLL_CTL_MOD, end->fd, &event), "");
}

/* A registration of any kind, or an end of it. */
static void choose(struct end *end) {
    static const int OPERATIONS[] = {EPOLL_CTL_ADD, EPOLL_CTL_ADD, EPOLL_CTL_MOD, EPOLL_CTL_MOD, EPOLL_CTL_DEL};
    static const char *const NAMES[] = {"ADD", "ADD", "MOD", "MOD", "DEL"};
    static const unsigned HOW[] = {0, EPOLLONESHOT, EPOLLET, EPOLLET | EPOLLONESHOT};
    static const unsigned BITS[] = {EPOLLIN, EPOLLPRI, EPOLLRDHUP, EPOLLRDNORM, EPOLLOUT};
    unsigned which = any_below(5), events = HOW[any_below(4)];
    for (int i = 0; i < 5; i++)
        if (any_below(2) == 0 && (i < 4 || (events & EPOLLET) == 0))
            events |= BITS[i];
    /* A shot is for something that a hangup or an urgent byte comes with: docs/limits.md. */
    if ((events & EPOLLONESHOT) != 0)
        events |= EPOLLIN | EPOLLOUT;
    struct epoll_event event = {.events = events, .data.u32 = (unsigned)number_of(whole(end))};
    char call[60];
    snprintf(call, sizeof call, "%s %#x", NAMES[which], OPERATIONS[which] == EPOLL_CTL_DEL ? 0 : events);
    tell(end, call, epoll_ctl(chosen, OPERATIONS[which], end->fd, &event), "");
}

static call_on *const FOR_ALL[] = {ask_error, arm, arm, choose, choose, close_double, close_in_child};
static call_on *const FOR_TCP[] = {connect_it, connect_it, connect_it, send_some, send_some, send_some, fill, receive_some, receive_some, receive_some,
                                   drain, drain, drain, shut, want_more, resize, want_inline, end_it, disconnect};
static call_on *const FOR_LISTENER[] = {accept_one, accept_one, accept_one, accept_one, end_listener};
static call_on *const FOR_UDP[] = {connect_udp, send_datagram, send_datagram, send_datagram, receive_datagram, receive_datagram, want_errors, take_error,
                                   shut_udp, close_udp};

#define ANY_OF(calls) (calls)[any_below(sizeof(calls) / sizeof *(calls))]

static call_on *any_call(const struct ready_end *end) {
    if (end->end.fd < 0)
        return open_again;
    if (any_below(4) == 0)
        return ANY_OF(FOR_ALL);
    int number = number_of(end);
    return number == LISTENER ? ANY_OF(FOR_LISTENER) : number < FIRST_UDP ? ANY_OF(FOR_TCP) : ANY_OF(FOR_UDP);
}

static void add_epoll(int epoll, unsigned name) {
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = name};
    MUST(epoll_ctl(outer, EPOLL_CTL_ADD, epoll, &event));
}

static void a_round(unsigned number) {
    begin_again(number);
    family = any_below(3) != 0 ? AF_INET : AF_INET6;
    is_urgent_tried = any_below(2) == 0;
    say("round %u", number);
    outer = (int)MUST(epoll_create1(0));
    chosen = (int)MUST(epoll_create1(0));
    add_epoll(chosen, CHOSEN);
    for (unsigned i = 0; i < KINDS; i++) {
        kinds[i] = (int)MUST(epoll_create1(0));
        add_epoll(kinds[i], i);
    }
    waiting_count = 0;
    for (int i = 0; i < ENDS; i++)
        ends[i] = (struct ready_end){.end = {.fd = -1, .name = (char)('a' + i)}, .peer = -1};
    open_again(&ends[LISTENER].end);
    for (int i = 0; i < 2; i++) {
        struct end *client = &ends[free_tcp()].end;
        open_again(client);
        connect_it(client);
        accept_one(&ends[LISTENER].end);
    }
    for (unsigned left = 10 + any_below(MOST_CALLS - 10); left > 0; left--) {
        struct ready_end *end = &ends[any_below(ENDS)];
        any_call(end)(&end->end);
        all_arrive();
        all_is_acknowledged();
        show_all();
    }
    for (int i = 0; i < ENDS; i++)
        if (ends[i].end.fd >= 0)
            MUST(close(ends[i].end.fd));
    for (int i = 0; i < KINDS; i++)
        MUST(close(kinds[i]));
    MUST(close(chosen));
    MUST(close(outer));
}

/* With an argument or two, the rounds from the first on, as many as the second says. */
int main(int count, char **arguments) {
    unsigned first = count > 1 ? (unsigned)atoi(arguments[1]) : 0, rounds = count > 2 ? (unsigned)atoi(arguments[2]) : ROUNDS;
    prepare_barrier();
    for (unsigned number = first; number < first + rounds; number++)
        a_round(number);
}
