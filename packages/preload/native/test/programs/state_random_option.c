/* state_random_option.c: options of every level, set and asked for in a random order on sockets in random states, the same in each run: with odd
 * values and lengths, then all of them read back, also of accepted connections; and ioctl(2) and fcntl(2) in between. Without capabilities: who has
 * them may do more than a program on a network. */
#include "random_calls.h"

#include <linux/capability.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/udp.h>
#include <sys/syscall.h>

#ifndef SIOCUNIXFILE
#define SIOCUNIXFILE 0x89E0 /* linux/un.h, which does not go with sys/un.h */
#endif

enum { ROUNDS = 150, MOST_CALLS = 30, NUMBERS = 105, ROOM = 8192, SHOWN = 24, KINDS = 6, LEVELS = 7 };

static const struct kind {
    const char *name;
    int family, type, protocol;
} kinds[KINDS] = {
    {"TCP over IPv4", AF_INET, SOCK_STREAM, 0},
    {"TCP over IPv6", AF_INET6, SOCK_STREAM, 0},
    {"UDP over IPv4", AF_INET, SOCK_DGRAM, 0},
    {"UDP over IPv6", AF_INET6, SOCK_DGRAM, 0},
    {"UDP-Lite over IPv4", AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE},
    {"UDP-Lite over IPv6", AF_INET6, SOCK_DGRAM, IPPROTO_UDPLITE},
};

static const int levels[LEVELS] = {SOL_SOCKET, IPPROTO_IP, IPPROTO_IPV6, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_UDPLITE, 99};
static const int values[] = {-2, -1, 0, 1, 2, 3, 7, 20, 64, 100, 255, 256, 1000, 1280, 32768, 65536, 70000, INT32_MAX, INT32_MIN};
static const int lengths[] = {0, 1, 2, 3, 5, 8, 12, 16, 20, 24, 32, 40, 128, 136, 144, 264, 4096, ROOM, INT32_MAX, -1, INT32_MIN};

/* What they say on a new socket, of each kind. */
static char fresh[KINDS][LEVELS][NUMBERS][2 * SHOWN + 20];

static const struct kind *kind;
static struct end ends[4];
static bool is_over;
static union {
    int number;
    char text[ROOM];
} value;

static bool is_left_out(int level, int number) {
    static const struct {
        int level, number;
    } left_out[] = {
#include "state_random_option_left_out.h"
    };
    for (size_t i = 0; i < sizeof left_out / sizeof *left_out; i++)
        if (left_out[i].level == level && left_out[i].number == number)
            return true;
    return false;
}

static void drop_capabilities(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {0};
    MUST(syscall(SYS_capset, &header, none));
}

static int any_length(void) {
    return any_below(3) != 0 ? (int)sizeof(int) : lengths[any_below(sizeof lengths / sizeof *lengths)];
}

static int any_value(void) {
    return values[any_below(sizeof values / sizeof *values)];
}

/* An int, or what may be one of the structures that options take. */
static void fill_value(void) {
    static const char *const NAMES[] = {"lo", "reno", "cubic", "nothing"};
    static const char *const ADDRESSES[] = {"127.0.0.1", "224.0.0.5", "239.1.2.3", "192.0.2.1", "127.0.0.1"};
    static const char *const ADDRESSES6[] = {"::1", "ff02::5", "ff05::1:2", "2001:db8::1", "::"};
    memset(&value, 0, sizeof value);
    value.number = any_value();
    switch (any_below(8)) {
    case 0:
        strcpy(value.text, NAMES[any_below(4)]);
        break;
    case 1: /* ip_mreqn, ip_mreq_source */
        inet_pton(AF_INET, ADDRESSES[any_below(5)], value.text);
        inet_pton(AF_INET, ADDRESSES[any_below(5)], value.text + 4);
        inet_pton(AF_INET, ADDRESSES[any_below(5)], value.text + 8);
        break;
    case 2: /* ipv6_mreq, in6_pktinfo */
        inet_pton(AF_INET6, ADDRESSES6[any_below(5)], value.text);
        value.text[16] = (char)any_below(2);
        break;
    case 3: /* group_req */
        value.number = 1;
        memcpy(value.text + 8, kind->family == AF_INET ? address4(ADDRESSES[any_below(5)], 0) : address6(ADDRESSES6[any_below(5)], 0), local_length(kind->family));
        memcpy(value.text + 136, kind->family == AF_INET ? address4(ADDRESSES[any_below(5)], 0) : address6(ADDRESSES6[any_below(5)], 0), local_length(kind->family));
        break;
    case 4: /* linger, timeval */
        value.number = (int)any_below(3);
        value.text[sizeof(int)] = (char)any_below(3);
        value.text[sizeof(long)] = (char)any_below(2);
        break;
    default:
        break;
    }
}

static const char *hexadecimal(const void *bytes, size_t length) {
    static char text[2 * SHOWN + 1];
    text[0] = '\0';
    for (size_t i = 0; i < length && i < SHOWN; i++)
        sprintf(text + 2 * i, "%02x", ((const unsigned char *)bytes)[i]);
    return text;
}

static bool is_sending_buffer_set(int fd) {
    int set = 0;
    socklen_t length = sizeof set;
    return getsockopt(fd, SOL_SOCKET, 72 /* SO_BUF_LOCK */, &set, &length) == 0 && (set & 1) != 0;
}

/* What getsockopt(2) answers, with a buffer that is said to be `length` long. */
static void answer_text(int fd, int level, int number, int length, char text[2 * SHOWN + 20]) {
    unsigned char answer[ROOM];
    socklen_t given = (socklen_t)length;
    memset(answer, 0xee, sizeof answer);
    errno = 0;
    int result = getsockopt(fd, level, number, answer, &given);
    size_t written = sizeof answer;
    while (written > 0 && answer[written - 1] == 0xee)
        written--;
    /* Ports that nobody has chosen. */
    if (result == 0 && level == SOL_SOCKET && number == SO_PEERNAME && written >= 4)
        answer[2] = answer[3] = 0;
    if (result == 0 && level == IPPROTO_IP && number == 52 /* IP_PROTOCOL, of TCP and UDP the port */ && given == sizeof(int) && *(int *)answer >= 10000)
        *(int *)answer = 10000;
    /* As large as the path is good for. */
    if (result == 0 && level == SOL_SOCKET && number == SO_SNDBUF && !is_sending_buffer_set(fd) && kind->type == SOCK_STREAM)
        memset(answer, 0, sizeof answer);
    /* What is read back most: an int. */
    if (result == 0 && given == sizeof(int) && written <= sizeof(int))
        snprintf(text, 2 * SHOWN + 20, "%d", *(int *)answer);
    else
        snprintf(text, 2 * SHOWN + 20, "%s%d %s", result == 0 ? "" : error_name(errno), (int)given, hexadecimal(answer, written));
}

static bool any_option(int *level, int *number) {
    *level = levels[any_below(16) < 15 ? any_below(LEVELS - 2) : any_below(LEVELS)];
    *number = (int)any_below(NUMBERS);
    /* Each packet then sets an option of its receiver: docs/limits.md. */
    bool is_of_packets = kind->type == SOCK_STREAM && *level == IPPROTO_IPV6 && (*number == IPV6_RECVPKTINFO || *number == IPV6_RECVHOPLIMIT ||
                                                                                     *number == IPV6_2292PKTINFO || *number == IPV6_2292HOPLIMIT);
    return !is_of_packets && !is_left_out(*level, *number);
}

static void set_some(struct end *end) {
    int level, number, length = any_length();
    char call[80];
    if (!any_option(&level, &number))
        return;
    fill_value();
    /* eth0, which the kernel's loopback has not. */
    if (level == IPPROTO_IPV6 && number == IPV6_MULTICAST_IF && value.number == 2)
        value.number = 1;
    if (level == IPPROTO_IP && value.text[8] == 2)
        value.text[8] = number >= MCAST_JOIN_GROUP ? 2 /* AF_INET */ : 1;
    /* A buffer as large as the path is good for is not to be kept as it is. */
    if (level == SOL_SOCKET && number == 72 /* SO_BUF_LOCK */)
        value.number &= ~1;
    bool is_nothing = any_below(30) == 0;
    long result = setsockopt(end->fd, level, number, is_nothing ? NULL : &value, (socklen_t)length);
    snprintf(call, sizeof call, "setsockopt(%d, %d, %s, %d)", level, number, is_nothing ? "NULL" : hexadecimal(&value, sizeof(int) * 4), length);
    tell(end, call, result, "");
}

static void get_some(struct end *end) {
    int level, number, length = any_length();
    char text[2 * SHOWN + 20];
    if (!any_option(&level, &number))
        return;
    if (any_below(30) == 0) {
        socklen_t given = (socklen_t)length;
        long result = getsockopt(end->fd, level, number, NULL, &given);
        snprintf(text, sizeof text, "getsockopt(%d, %d, NULL, %d)", level, number, length);
        tell(end, text, result, result == 0 ? hexadecimal(&given, sizeof given) : "");
        return;
    }
    answer_text(end->fd, level, number, length, text);
    say("%c getsockopt(%d, %d, %d): %s", end->name, level, number, length, text);
}

/* All options that answer otherwise than those of a new socket. */
static void get_all(struct end *end) {
    for (unsigned level = 0; level < LEVELS; level++) {
        char line[3000], text[2 * SHOWN + 20];
        size_t length = 0;
        for (int number = 0; number < NUMBERS; number++) {
            if (is_left_out(levels[level], number))
                continue;
            answer_text(end->fd, levels[level], number, SHOWN, text);
            if (strcmp(text, fresh[kind - kinds][level][number]) != 0 && length < sizeof line - 100)
                length += (size_t)sprintf(line + length, " %d: %s;", number, text);
        }
        if (length > 0)
            say("%c level %d%s", end->name, levels[level], line);
    }
}

static void get_fresh(void) {
    for (kind = kinds; kind < kinds + KINDS; kind++) {
        int fd = (int)MUST(socket(kind->family, kind->type, kind->protocol));
        for (unsigned level = 0; level < LEVELS; level++)
            for (int number = 0; number < NUMBERS; number++)
                if (!is_left_out(levels[level], number)) {
                    answer_text(fd, levels[level], number, SHOWN, fresh[kind - kinds][level][number]);
                    say("%s %d %d: %s", kind->name, levels[level], number, fresh[kind - kinds][level][number]);
                }
        MUST(close(fd));
    }
}

static void control_some(struct end *end) {
    static const unsigned long REQUESTS[] = {FIONBIO, FIONREAD, SIOCATMARK, SIOCOUTQ, SIOCOUTQNSD, FIOASYNC, SIOCSPGRP, SIOCGPGRP, SIOCGSTAMP_OLD, TCGETS, FIOCLEX, FIONCLEX, SIOCUNIXFILE, SIOCBRADDBR};
    char call[60];
    unsigned long request = REQUESTS[any_below(sizeof REQUESTS / sizeof *REQUESTS)];
    long long argument[4] = {(int)any_below(3) - 1};
    /* Whose signals they are. */
    if (request == SIOCSPGRP)
        argument[0] = any_below(2) != 0 ? getpid() : 0;
    /* What of a FIN or a SYN is still unacknowledged: docs/limits.md. */
    if (is_over && (request == SIOCOUTQ || request == SIOCOUTQNSD))
        return;
    bool is_nothing = any_below(10) == 0;
    long result = ioctl(end->fd, request, is_nothing ? NULL : argument);
    snprintf(call, sizeof call, "ioctl(%#lx%s)", request, is_nothing ? ", NULL" : "");
    int answer = (int)argument[0];
    tell(end, call, result, answer == getpid() ? "self" : answer == -getpgrp() ? "group" : hexadecimal(&answer, sizeof answer));
}

static void ask_interfaces(struct end *end) {
    static const unsigned long REQUESTS[] = {
        SIOCGIFNAME, SIOCGIFFLAGS, SIOCGIFADDR, SIOCGIFDSTADDR, SIOCGIFBRDADDR, SIOCGIFNETMASK, SIOCGIFMETRIC, SIOCGIFMTU, SIOCGIFHWADDR, SIOCGIFINDEX,
        SIOCGIFTXQLEN, SIOCGIFMAP, SIOCSIFFLAGS, SIOCSIFMTU, SIOCSIFNAME, SIOCETHTOOL,
    };
    static const char *const NAMES[] = {"lo", "lo", "lo:1", "nothing", ""};
    struct {
        struct ifreq request;
        char spare[64];
    } about;
    char call[60];
    unsigned long request = REQUESTS[any_below(sizeof REQUESTS / sizeof *REQUESTS)];
    memset(&about, 0, sizeof about);
    strcpy(about.request.ifr_name, NAMES[any_below(5)]);
    if (request == SIOCGIFNAME)
        about.request.ifr_ifindex = (int)any_below(2);
    bool is_nothing = any_below(20) == 0;
    long result = ioctl(end->fd, request, is_nothing ? NULL : &about);
    snprintf(call, sizeof call, "ioctl(%#lx, %s)", request, is_nothing ? "NULL" : about.request.ifr_name);
    tell(end, call, result, result == 0 ? hexadecimal(&about.request.ifr_addr, 16) : "");
}

static void change_descriptor(struct end *end) {
    static const int FLAGS[] = {O_NONBLOCK, O_NONBLOCK | O_ASYNC, O_NONBLOCK | O_APPEND, O_NONBLOCK | O_DIRECT, O_NONBLOCK | O_NOATIME};
    static const int SIGNALS[] = {0, SIGUSR1, SIGIO, 99, -1};
    struct f_owner_ex owner = {F_OWNER_PID, getpid()};
    char more[60] = "";
    long result;
    const char *call;
    switch (any_below(9)) {
    case 0:
        call = "F_SETFL";
        result = fcntl(end->fd, F_SETFL, FLAGS[any_below(5)]);
        break;
    case 1:
        call = "F_SETOWN";
        result = fcntl(end->fd, F_SETOWN, any_below(3) != 0 ? getpid() : 0);
        break;
    case 2:
        call = "F_GETOWN";
        result = fcntl(end->fd, F_GETOWN) == getpid();
        break;
    case 3:
        call = "F_SETOWN_EX";
        owner.type = (int)any_below(4);
        if (owner.type == F_OWNER_PGRP)
            owner.pid = getpgrp();
        result = fcntl(end->fd, F_SETOWN_EX, &owner);
        break;
    case 4:
        call = "F_GETOWN_EX";
        result = fcntl(end->fd, F_GETOWN_EX, &owner);
        snprintf(more, sizeof more, "%d %s", owner.type, owner.pid == getpid() ? "self" : owner.pid == 0 ? "nobody" : "others");
        break;
    case 5:
        call = "F_SETSIG";
        result = fcntl(end->fd, F_SETSIG, SIGNALS[any_below(5)]);
        break;
    case 6:
        call = "F_GETSIG";
        result = fcntl(end->fd, F_GETSIG);
        break;
    case 7:
        call = "F_GETPIPE_SZ";
        result = fcntl(end->fd, F_GETPIPE_SZ);
        break;
    default:
        call = "F_GETFL";
        result = fcntl(end->fd, F_GETFL);
    }
    tell(end, call, result, more);
}

static void use_data(struct end *end) {
    char data[16] = "";
    ssize_t result;
    switch (any_below(4)) {
    case 0:
        result = recv(end->fd, data, any_below(sizeof data), MSG_DONTWAIT);
        tell(end, "recv", result, result > 0 ? hexadecimal(data, (size_t)result) : "");
        break;
    case 1:
        result = recv(end->fd, data, any_below(sizeof data), MSG_DONTWAIT | MSG_PEEK);
        tell(end, "peek", result, result > 0 ? hexadecimal(data, (size_t)result) : "");
        break;
    default:
        memcpy(data, "abcdefghijklmno", sizeof data);
        tell(end, "send", send(end->fd, data, any_below(sizeof data), MSG_DONTWAIT | MSG_NOSIGNAL), "");
    }
}

static call_on *const CALLS[] = {
    set_some, set_some, set_some, set_some, set_some, set_some, get_some, get_some, get_some, control_some, ask_interfaces, change_descriptor, use_data, ask_error, ask_poll,
};

static struct end new_end(char name) {
    return (struct end){.fd = (int)MUST(socket(kind->family, kind->type | SOCK_NONBLOCK, kind->protocol)), .name = name};
}

static void accept_one(int listener, struct end *accepted, char name) {
    settle(listener, POLLIN);
    *accepted = (struct end){.fd = (int)MUST(accept4(listener, NULL, NULL, SOCK_NONBLOCK)), .name = name};
}

/* Some options are there when the socket gets into its state. */
static void prepare(struct end *end) {
    if (any_below(2) != 0)
        for (unsigned left = any_below(10); left > 0; left--)
            set_some(end);
}

static void make_stream(unsigned state) {
    static const char *const STATES[] = {"fresh", "bound", "listening", "connected", "half shut", "closed by its peer", "reset", "refused", "connecting", "reading half shut"};
    struct linger reset = {1, 0};
    say("%s", STATES[state]);
    ends[0] = new_end('a');
    prepare(&ends[0]);
    if (state == 0)
        return;
    if (state == 1) {
        tell(&ends[0], "bind", bind(ends[0].fd, LOCAL(kind->family, 0)), "");
        return;
    }
    if (state == 7) {
        int taken = (int)MUST(socket(kind->family, SOCK_STREAM, 0));
        MUST(bind(taken, LOCAL(kind->family, 0)));
        tell(&ends[0], "connect", connect(ends[0].fd, LOCAL(kind->family, port_of(taken))), "");
        MUST(close(taken));
        return;
    }
    if (state == 2) {
        tell(&ends[0], "listen", listen(ends[0].fd, 5), "");
        return;
    }
    ends[1] = (struct end){.fd = listener_on(kind->family, 0), .name = 'l'};
    prepare(&ends[1]);
    if (state == 8) {
        MUST(listen(ends[1].fd, 0));
        ends[2] = new_end('c');
        connect(ends[2].fd, LOCAL(kind->family, port_of(ends[1].fd)));
    }
    tell(&ends[0], "connect", connect(ends[0].fd, LOCAL(kind->family, port_of(ends[1].fd))), "");
    if (state == 8)
        return;
    struct pollfd ready = {.fd = ends[1].fd, .events = POLLIN};
    all_arrive();
    if (poll(&ready, 1, 0) != 1)
        return;
    accept_one(ends[1].fd, &ends[2], 's');
    if (state == 4)
        tell(&ends[2], "SHUT_WR", shutdown(ends[2].fd, SHUT_WR), "");
    if (state == 9)
        tell(&ends[0], "SHUT_RD", shutdown(ends[0].fd, SHUT_RD), "");
    if (state == 5 || state == 6) {
        if (state == 6)
            MUST(setsockopt(ends[2].fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset));
        MUST(close(ends[2].fd));
        ends[2].fd = -1;
    }
}

static void make_datagram(unsigned state) {
    static const char *const STATES[] = {"fresh", "bound", "bound to all", "connected", "connected to nobody", "shut", "disconnected", "connected to each other"};
    struct sockaddr none = {.sa_family = AF_UNSPEC};
    const char *any = kind->family == AF_INET ? "0.0.0.0" : "::";
    state %= 8;
    say("%s", STATES[state]);
    ends[0] = new_end('a');
    ends[1] = new_end('b');
    prepare(&ends[0]);
    prepare(&ends[1]);
    tell(&ends[1], "bind", bind(ends[1].fd, LOCAL(kind->family, 0)), "");
    if (state == 1)
        tell(&ends[0], "bind", bind(ends[0].fd, LOCAL(kind->family, 0)), "");
    if (state == 2)
        tell(&ends[0], "bind", bind(ends[0].fd, kind->family == AF_INET ? address4(any, 0) : address6(any, 0), local_length(kind->family)), "");
    if (state >= 3)
        tell(&ends[0], "connect", connect(ends[0].fd, LOCAL(kind->family, port_of(ends[1].fd))), "");
    if (state == 4) {
        MUST(close(ends[1].fd));
        ends[1].fd = -1;
        tell(&ends[0], "send", send(ends[0].fd, "a", 1, 0), "");
    }
    if (state == 5)
        tell(&ends[0], "shutdown", shutdown(ends[0].fd, SHUT_RDWR), "");
    if (state == 6)
        tell(&ends[0], "disconnect", connect(ends[0].fd, &none, sizeof none), "");
    if (state == 7)
        tell(&ends[1], "connect", connect(ends[1].fd, LOCAL(kind->family, port_of(ends[0].fd))), "");
}

/* What an accepted connection has from its listener. */
static void connect_to(struct end *listener, struct end *client, struct end *accepted) {
    *client = new_end('c');
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    MUST(getsockname(listener->fd, (struct sockaddr *)&address, &length));
    connect(client->fd, LOCAL(kind->family, port_of(listener->fd)));
    all_arrive();
    accepted->fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK);
    accepted->name = 's';
    tell(accepted, "accept", accepted->fd >= 0 ? 0 : -1, "");
}

static void socket_in_a_state(unsigned number) {
    begin_again(number);
    kind = &kinds[any_below(KINDS + 4) % KINDS];
    unsigned state = any_below(10);
    is_over = state >= 4 && state <= 8;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        ends[i].fd = -1;
    say("socket %u: %s", number, kind->name);
    (kind->type == SOCK_STREAM ? make_stream : make_datagram)(state);
    all_arrive();
    for (unsigned left = 5 + any_below(MOST_CALLS - 5); left > 0; left--) {
        struct end *end = &ends[any_below(3)];
        call_on *call = CALLS[any_below(sizeof CALLS / sizeof *CALLS)];
        if (end->fd >= 0)
            call(end);
        all_arrive();
    }
    if (kind->type == SOCK_STREAM && state == 2)
        connect_to(&ends[0], &ends[1], &ends[2]);
    all_arrive();
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (ends[i].fd >= 0)
            get_all(&ends[i]);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (ends[i].fd >= 0)
            MUST(close(ends[i].fd));
}

int main(int count, char **arguments) {
    unsigned first = count > 1 ? (unsigned)atoi(arguments[1]) : 0, last = count > 2 ? (unsigned)atoi(arguments[2]) : ROUNDS;
    signal(SIGIO, SIG_IGN);
    signal(SIGUSR1, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    prepare_barrier();
    drop_capabilities();
    get_fresh();
    for (unsigned number = first; number < last; number++)
        socket_in_a_state(number);
}
