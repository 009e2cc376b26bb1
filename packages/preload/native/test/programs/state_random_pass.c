/* state_random_pass.c: sockets in any state that processes pass to one another by SCM_RIGHTS, keep over fork(2) and exec(2), and call in a random order, the
 * same in each run: one process decides who does what, and the others do it.
 *
 * A connection that both sides have ended keeps its port in TIME_WAIT on the kernel's loopback, so no socket with a port of its own connects. None shuts
 * a half: what the last of several processes closes behind that is in docs/limits.md. */
#include "random_places.h"

enum { ROUNDS = 80, MOST_CALLS = 120, PROCESSES = 3, SLOTS = 4, MOST_PASSED = 4, PORTS = 3, FIRST_PORT = 2000, ROUNDS_OF_PORTS = 2600 };

/* What a process is told to do. */
struct command {
    unsigned call, slot;
    uint64_t random;
};

struct mailbox {
    int in, out;
};

/* All that a process knows: exec(2) hands it on as an argument. */
static struct {
    int self, family, first_port;
    int slots[SLOTS]; /* -1 where there is none */
    struct bell done;
    struct mailbox commands[PROCESSES], mail[PROCESSES];
} known;

/* Of this program. */
static const char *path;

#define ANY_OF(list) ((list)[any_below(sizeof(list) / sizeof *(list))])

static struct end end_of(unsigned slot) {
    return (struct end){.fd = known.slots[slot], .name = (char)('a' + known.self * SLOTS + (int)slot)};
}

static int port_at(const struct sockaddr_storage *address) {
    return ntohs(((const struct sockaddr_in *)address)->sin_port);
}

static const char *port_name(int port) {
    static const char *const NAMES[PORTS] = {"p", "q", "r"};
    return port == 0 ? "0" : port >= known.first_port && port < known.first_port + PORTS ? NAMES[port - known.first_port] : "auto";
}

static const char *place_text(const struct sockaddr_storage *address, socklen_t length) {
    static char text[INET6_ADDRSTRLEN + 20];
    char ip[INET6_ADDRSTRLEN] = "";
    const void *bytes = address->ss_family == AF_INET ? (const void *)&((const struct sockaddr_in *)address)->sin_addr
                                                      : (const void *)&((const struct sockaddr_in6 *)address)->sin6_addr;
    if (length > 0)
        inet_ntop(address->ss_family, bytes, ip, sizeof ip);
    snprintf(text, sizeof text, "%s %s, %u bytes", ip, length > 0 ? port_name(port_at(address)) : "", (unsigned)length);
    return text;
}

static struct sockaddr_storage name_of(const struct end *end) {
    struct sockaddr_storage name = {0};
    socklen_t length = sizeof name;
    MUST(getsockname(end->fd, (struct sockaddr *)&name, &length));
    return name;
}

static bool has_peer(const struct end *end) {
    struct sockaddr_storage peer;
    socklen_t length = sizeof peer;
    return getpeername(end->fd, (struct sockaddr *)&peer, &length) == 0;
}

static bool is_tcp(const struct end *end) {
    int type = 0;
    socklen_t length = sizeof type;
    MUST(getsockopt(end->fd, SOL_SOCKET, SO_TYPE, &type, &length));
    return type == SOCK_STREAM;
}

/* What has connected once is made new for another connection, and other processes keep the old one: docs/limits.md. Here it gets a mark, which goes with
 * it wherever it goes. */
enum { MARK = 99 };

static void mark_connecting(int fd) {
    MUST(set_int(fd, IPPROTO_TCP, TCP_KEEPCNT, MARK));
}

static bool is_spent(const struct end *end) {
    int mark = 0;
    socklen_t length = sizeof mark;
    return getsockopt(end->fd, IPPROTO_TCP, TCP_KEEPCNT, &mark, &length) == 0 && mark == MARK && !has_peer(end);
}

static const struct sockaddr *any_place(const struct end *end, socklen_t *length, char *text, size_t size, bool is_to_bind) {
    struct sockaddr_storage own = name_of(end);
    int port = is_to_bind && any_below(6) == 0 ? 0 : known.first_port + (int)any_below(any_below(2) != 0 ? 1 : PORTS);
    bool is_anywhere = is_to_bind && any_below(3) == 0;
    const char *ip = own.ss_family == AF_INET ? (is_anywhere ? "0.0.0.0" : "127.0.0.1") : is_anywhere ? "::" : "::1";
    *length = local_length(own.ss_family);
    snprintf(text, size, "%s %s", ip, port_name(port));
    return own.ss_family == AF_INET ? address4(ip, port) : address6(ip, port);
}

static void put(unsigned slot, int fd) {
    if (known.slots[slot] >= 0)
        MUST(close(known.slots[slot]));
    known.slots[slot] = fd;
}

static int new_socket(int family, int type) {
    int fd = (int)MUST(socket(family, type | SOCK_NONBLOCK, 0));
    if (type == SOCK_STREAM)
        MUST(set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1) | set_int(fd, IPPROTO_TCP, TCP_NODELAY, 1));
    return fd;
}

static void open_it(unsigned slot) {
    int type = any_below(3) != 0 ? SOCK_STREAM : SOCK_DGRAM, other = known.family == AF_INET ? AF_INET6 : AF_INET;
    put(slot, new_socket(any_below(6) != 0 ? known.family : other, type));
    struct end end = end_of(slot);
    tell(&end, type == SOCK_STREAM ? "socket(TCP)" : "socket(UDP)", 0, "");
}

static void bind_it(struct end *end) {
    char place[80], call[100];
    socklen_t length;
    const struct sockaddr *address = any_place(end, &length, place, sizeof place, true);
    if (is_spent(end))
        return;
    snprintf(call, sizeof call, "bind(%s)", place);
    tell(end, call, bind(end->fd, address, length), "");
}

static void listen_to(struct end *end) {
    if (is_spent(end))
        return;
    tell(end, "listen", listen(end->fd, 100), "");
}

static void connect_it(struct end *end) {
    char place[80], call[100];
    socklen_t length;
    const struct sockaddr *address = any_place(end, &length, place, sizeof place, false);
    struct sockaddr_storage own = name_of(end);
    if (is_spent(end) || (is_tcp(end) && port_at(&own) != 0 && !has_peer(end)))
        return;
    if (is_tcp(end))
        mark_connecting(end->fd);
    snprintf(call, sizeof call, "connect(%s)", place);
    tell(end, call, connect(end->fd, address, length), "");
}

static void accept_one(struct end *end) {
    struct sockaddr_storage from = {0};
    socklen_t length = sizeof from;
    int fd = accept4(end->fd, (struct sockaddr *)&from, &length, SOCK_NONBLOCK);
    tell(end, "accept", fd < 0 ? -1 : 0, fd < 0 ? "" : place_text(&from, length));
    if (fd < 0)
        return;
    mark_connecting(fd);
    put(any_below(SLOTS), fd);
}

static void send_some(struct end *end) {
    char data[MOST_BYTES], call[40];
    size_t size = any_size();
    memset(data, end->name, sizeof data);
    snprintf(call, sizeof call, "send(%zu)", size);
    tell(end, call, send(end->fd, data, size, MSG_NOSIGNAL), "");
}

static void write_some(struct end *end) {
    /* SIGPIPE is ignored. */
    tell(end, "write", write(end->fd, "written", 7), "");
}

static void send_to(struct end *end) {
    char place[80], call[100];
    socklen_t length;
    const struct sockaddr *address = any_place(end, &length, place, sizeof place, false);
    if (is_tcp(end))
        return;
    snprintf(call, sizeof call, "sendto(%s)", place);
    tell(end, call, sendto(end->fd, &end->name, 1, 0, address, length), "");
}

static void receive_some(struct end *end) {
    static const int FLAGS[] = {0, 0, 0, MSG_PEEK, MSG_TRUNC, MSG_PEEK | MSG_TRUNC};
    char data[MOST_BYTES] = "", call[40];
    size_t size = any_below(2) != 0 ? sizeof data : any_size();
    int flags = ANY_OF(FLAGS);
    ssize_t received = recv(end->fd, data, size, flags | MSG_DONTWAIT);
    snprintf(call, sizeof call, "recv(%zu, %#x)", size, flags);
    tell(end, call, received, received > 0 ? bytes_text(data, received < (ssize_t)size ? received : (ssize_t)size) : "");
}

static void read_some(struct end *end) {
    char data[100];
    ssize_t received = read(end->fd, data, sizeof data);
    tell(end, "read", received, received > 0 ? bytes_text(data, received) : "");
}

static void ask_options(struct end *end) {
    static const int OPTIONS[][2] = {{SOL_SOCKET, SO_TYPE}, {SOL_SOCKET, SO_DOMAIN}, {SOL_SOCKET, SO_PROTOCOL}, {SOL_SOCKET, SO_ACCEPTCONN}, {SOL_SOCKET, SO_KEEPALIVE},
                                     {IPPROTO_IP, IP_TTL}, {IPPROTO_TCP, TCP_NODELAY}, {IPPROTO_TCP, TCP_KEEPIDLE}};
    char more[100] = "";
    for (size_t i = 0; i < sizeof OPTIONS / sizeof *OPTIONS; i++) {
        int value = -1;
        socklen_t length = sizeof value;
        getsockopt(end->fd, OPTIONS[i][0], OPTIONS[i][1], &value, &length);
        snprintf(more + strlen(more), sizeof more - strlen(more), " %d", value);
    }
    tell(end, "options", 0, more);
}

static void set_option(struct end *end) {
    static const int OPTIONS[][3] = {{SOL_SOCKET, SO_KEEPALIVE, 2}, {IPPROTO_IP, IP_TTL, 200}, {IPPROTO_TCP, TCP_KEEPIDLE, 900}};
    const int *option = OPTIONS[any_below(sizeof OPTIONS / sizeof *OPTIONS)];
    int value = (int)any_below((unsigned)option[2]);
    char call[60];
    snprintf(call, sizeof call, "setsockopt(%d, %d, %d)", option[0], option[1], value);
    tell(end, call, set_int(end->fd, option[0], option[1], value), "");
}

static void close_it(struct end *end) {
    unsigned slot = (unsigned)(end->name - 'a') % SLOTS;
    tell(end, "close", close(end->fd), "");
    known.slots[slot] = -1;
}

static void duplicate(struct end *end) {
    unsigned slot = any_below(SLOTS);
    char call[20];
    snprintf(call, sizeof call, "dup to %u", slot);
    tell(end, call, 0, "");
    put(slot, (int)MUST(dup(end->fd)));
}

/* A few sockets, perhaps one of them twice, in one message; some are closed behind it. */
static void pass(unsigned slot) {
    union {
        char room[CMSG_SPACE(sizeof(int) * MOST_PASSED)];
        struct cmsghdr align;
    } control = {.room = {0}};
    int fds[MOST_PASSED], count = 0, to = (int)any_below(PROCESSES);
    char names[MOST_PASSED + 1] = "", call[60];
    unsigned closed = any_below(2) != 0 ? 1u << slot : 0;
    for (int wanted = 1 + (int)any_below(any_below(3) == 0 ? MOST_PASSED : 1); wanted > 0; wanted--, slot = any_below(SLOTS))
        if (known.slots[slot] >= 0) {
            names[count] = end_of(slot).name;
            fds[count++] = known.slots[slot];
        }
    if (count == 0)
        return;
    size_t size = sizeof(int) * (size_t)count;
    struct msghdr message = {.msg_iov = &(struct iovec){names, (size_t)count}, .msg_iovlen = 1, .msg_control = control.room, .msg_controllen = CMSG_SPACE(size)};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(size);
    memcpy(CMSG_DATA(header), fds, size);
    ssize_t sent = sendmsg(known.mail[to].in, &message, MSG_DONTWAIT);
    snprintf(call, sizeof call, "%d passes %s to %d = %zd", known.self, names, to, sent);
    say("%s%s", call, closed != 0 ? ", closed" : "");
    for (unsigned i = 0; i < SLOTS; i++)
        if ((closed >> i & 1) != 0 && known.slots[i] >= 0)
            put(i, -1);
}

static void receive_passed(unsigned slot) {
    union {
        char room[CMSG_SPACE(sizeof(int) * MOST_PASSED)];
        struct cmsghdr align;
    } control;
    static const int FLAGS[] = {0, 0, 0, MSG_PEEK, MSG_CMSG_CLOEXEC};
    int flags = ANY_OF(FLAGS), fds[MOST_PASSED] = {0};
    char names[MOST_PASSED + 1] = "";
    size_t room = any_below(4) == 0 ? any_below(40) : sizeof control;
    struct msghdr message = {.msg_iov = &(struct iovec){names, MOST_PASSED}, .msg_iovlen = 1, .msg_control = control.room, .msg_controllen = room};
    ssize_t received = recvmsg(known.mail[known.self].out, &message, flags | MSG_DONTWAIT);
    if (received < 0)
        return;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    int count = header == NULL ? 0 : (int)((header->cmsg_len - CMSG_LEN(0)) / sizeof(int));
    say("%d receives %s with flags %#x in %zu: %d%s", known.self, names, flags, room, count, (message.msg_flags & MSG_CTRUNC) != 0 ? ", truncated" : "");
    if (header != NULL)
        memcpy(fds, CMSG_DATA(header), sizeof(int) * (size_t)count);
    for (int i = 0; i < count; i++, slot = (slot + 1) % SLOTS) {
        put(slot, fds[i]);
        struct end end = end_of(slot);
        tell(&end, "F_GETFD", fcntl(fds[i], F_GETFD), "");
    }
}

static void toggle_cloexec(struct end *end) {
    int flags = fcntl(end->fd, F_GETFD) ^ FD_CLOEXEC;
    tell(end, flags != 0 ? "FD_CLOEXEC" : "no FD_CLOEXEC", fcntl(end->fd, F_SETFD, flags), "");
}

/* The same process with another program in it, which has what exec(2) leaves. */
static void start_anew(unsigned slot) {
    char text[2 * sizeof known + 1];
    (void)slot;
    if (known.self == 0 || any_below(2) != 0)
        return;
    say("%d calls exec", known.self);
    for (int i = 0; i < SLOTS; i++)
        if (known.slots[i] >= 0 && (fcntl(known.slots[i], F_GETFD) & FD_CLOEXEC) != 0)
            known.slots[i] = -1;
    for (size_t i = 0; i < sizeof known; i++)
        sprintf(text + 2 * i, "%02x", ((const unsigned char *)&known)[i]);
    MUST(execl(path, path, "go on", text, (char *)NULL));
}

typedef void call_by(unsigned slot);

static call_by *const CALLS_OF_ALL[] = {open_it, pass, pass, pass, receive_passed, receive_passed, receive_passed, start_anew};
static call_on *const CALLS[] = {
    bind_it,      bind_it,   listen_to, listen_to, connect_it, connect_it, connect_it,  accept_one, accept_one, accept_one,     send_some, send_some, write_some, send_to,
    receive_some, receive_some, receive_from, read_some, ask_poll, ask_unread, ask_error, ask_name, ask_peer,  ask_state, ask_options, set_option, close_it,  duplicate, toggle_cloexec,
};
enum { OF_ALL = sizeof CALLS_OF_ALL / sizeof *CALLS_OF_ALL, OF_SOCKETS = sizeof CALLS / sizeof *CALLS };

static void obey(const struct command *command) {
    random_state = command->random;
    if (command->call < OF_ALL) {
        CALLS_OF_ALL[command->call](command->slot);
    } else if (known.slots[command->slot] < 0) {
        open_it(command->slot);
    } else {
        struct end end = end_of(command->slot);
        CALLS[command->call - OF_ALL](&end);
    }
}

_Noreturn static void serve(void) {
    struct command command;
    /* Behind exec(2), too: the command that led there is done. */
    ring(known.done);
    while (MUST(read(known.commands[known.self].out, &command, sizeof command)) == sizeof command) {
        obey(&command);
        ring(known.done);
    }
    _exit(0);
}

static struct mailbox new_mailbox(int type) {
    int ends[2];
    MUST(socketpair(AF_UNIX, type, 0, ends));
    return (struct mailbox){ends[0], ends[1]};
}

static void close_mailbox(const struct mailbox *mailbox) {
    MUST(close(mailbox->in));
    MUST(close(mailbox->out));
}

static pid_t start_worker(int self) {
    pid_t child = (pid_t)MUST(fork());
    if (child == 0) {
        known.self = self;
        /* It ends when its commands do. */
        for (int i = 0; i < PROCESSES; i++)
            MUST(close(known.commands[i].in));
        serve();
    }
    await_bell(known.done);
    return child;
}

/* What all processes have in the beginning: a listener, a connection to it, and a UDP socket. */
static void start_with_some(void) {
    known.family = any_below(4) != 0 ? AF_INET : AF_INET6;
    for (unsigned i = 0; i < SLOTS; i++)
        put(i, new_socket(known.family, i == SLOTS - 1 ? SOCK_DGRAM : SOCK_STREAM));
    MUST(bind(known.slots[0], LOCAL(known.family, known.first_port)));
    MUST(listen(known.slots[0], 100));
    mark_connecting(known.slots[1]);
    connect(known.slots[1], LOCAL(known.family, known.first_port));
    settle(known.slots[1], POLLOUT);
    put(2, (int)MUST(accept4(known.slots[0], NULL, NULL, SOCK_NONBLOCK)));
    mark_connecting(known.slots[2]);
    if (any_below(2) != 0)
        MUST(bind(known.slots[SLOTS - 1], LOCAL(known.family, known.first_port)));
}

static void a_round(unsigned number) {
    pid_t workers[PROCESSES];
    begin_again(number);
    say("connection %u", number);
    known.self = 0;
    known.first_port = FIRST_PORT + PORTS * (int)(number % ROUNDS_OF_PORTS);
    for (int i = 0; i < PROCESSES; i++) {
        known.mail[i] = new_mailbox(SOCK_SEQPACKET);
        known.commands[i] = new_mailbox(SOCK_STREAM);
    }
    memset(known.slots, -1, sizeof known.slots);
    start_with_some();
    for (int i = 1; i < PROCESSES; i++)
        workers[i] = start_worker(i);
    for (unsigned left = 10 + any_below(MOST_CALLS - 10); left > 0; left--) {
        struct command command = {.call = any_below(OF_ALL + OF_SOCKETS), .slot = any_below(SLOTS)};
        int who = (int)any_below(PROCESSES);
        command.random = random_state ^ UINT64_C(0x5851f42d4c957f2d);
        uint64_t kept = random_state;
        if (who == 0) {
            obey(&command);
        } else {
            MUST(write(known.commands[who].in, &command, sizeof command));
            await_bell(known.done);
        }
        random_state = kept;
        all_arrive();
    }
    for (int i = 0; i < PROCESSES; i++) {
        close_mailbox(&known.commands[i]);
        if (i > 0)
            finish(workers[i]);
    }
    for (int i = 0; i < PROCESSES; i++)
        close_mailbox(&known.mail[i]);
    for (unsigned i = 0; i < SLOTS; i++)
        put(i, -1);
}

int main(int count, char **arguments) {
    path = arguments[0];
    signal(SIGPIPE, SIG_IGN);
    if (count > 2 && strcmp(arguments[1], "go on") == 0) {
        for (size_t i = 0; i < sizeof known; i++) {
            unsigned byte;
            sscanf(arguments[2] + 2 * i, "%2x", &byte);
            ((unsigned char *)&known)[i] = (unsigned char)byte;
        }
        serve();
    }
    unsigned first = count > 1 ? (unsigned)atoi(arguments[1]) : 0, rounds = count > 2 ? (unsigned)atoi(arguments[2]) : ROUNDS;
    prepare_barrier();
    known.done = new_bell();
    for (unsigned number = first; number < first + rounds; number++)
        a_round(number);
}
