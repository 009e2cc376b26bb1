/* harness.c: see harness.h */
#include "harness.h"

#include <stdarg.h>
#include <sys/mman.h>
#include <sys/syscall.h>

enum { FIRST_EPHEMERAL = 10000, PORTS = 65536, LINE = 4096, SHOWN_BYTES = 60, SETTLE_MS = 20000 };

/* Ports in the order of their first appearance, shared by the processes of a program. */
struct seen_ports {
    _Atomic int count;
    _Atomic int number[PORTS];
};
static struct seen_ports *seen;

__attribute__((constructor)) static void share_ports(void) {
    seen = mmap(NULL, sizeof *seen, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (seen == MAP_FAILED)
        abort();
}

void say(const char *format, ...) {
    int kept = errno;
    char line[LINE];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line - 1, format, arguments);
    va_end(arguments);
    if (length > (int)sizeof line - 2)
        length = sizeof line - 2;
    line[length++] = '\n';
    if (write(STDOUT_FILENO, line, (size_t)length) == -1)
        _exit(99);
    errno = kept;
}

#ifdef __GLIBC__
const char *error_name(int error) {
    const char *name = strerrorname_np(error);
    return name != NULL ? name : "?";
}

static const char *signal_name(int number) {
    return sigabbrev_np(number);
}
#else
/* musl has no names, and numbers are as good where both runs are its own. */
static const char *numbered(const char *what, int number) {
    static _Thread_local char text[24];
    snprintf(text, sizeof text, "%s %d", what, number);
    return text;
}

const char *error_name(int error) {
    return numbered("errno", error);
}

static const char *signal_name(int number) {
    return numbered("signal", number);
}
#endif

long report(const char *text, long value) {
    if (value == -1)
        say("%s = -1 %s", text, error_name(errno));
    else
        say("%s = %ld", text, value);
    return value;
}

long report_success(const char *text, long value) {
    if (value == -1)
        say("%s fails with %s", text, error_name(errno));
    else
        say("%s succeeds", text);
    return value;
}

long must(const char *text, long value) {
    if (value == -1) {
        say("must work: %s = -1 %s", text, error_name(errno));
        _exit(98);
    }
    return value;
}

/* A few addresses can be in use in one call, and threads make calls at the same time. */
static struct sockaddr_storage *next_address(void) {
    static _Thread_local struct sockaddr_storage addresses[8];
    static _Thread_local unsigned next;
    struct sockaddr_storage *address = &addresses[next++ % 8];
    memset(address, 0, sizeof *address);
    return address;
}

const struct sockaddr *address4(const char *ip, int port) {
    struct sockaddr_in *address = (struct sockaddr_in *)next_address();
    address->sin_family = AF_INET;
    address->sin_port = htons((uint16_t)port);
    inet_pton(AF_INET, ip, &address->sin_addr);
    return (struct sockaddr *)address;
}

const struct sockaddr *address6(const char *ip, int port) {
    struct sockaddr_in6 *address = (struct sockaddr_in6 *)next_address();
    address->sin6_family = AF_INET6;
    address->sin6_port = htons((uint16_t)port);
    inet_pton(AF_INET6, ip, &address->sin6_addr);
    return (struct sockaddr *)address;
}

const struct sockaddr *local_address(int family, int port) {
    return family == AF_INET ? address4("127.0.0.1", port) : address6("::1", port);
}

socklen_t local_length(int family) {
    return family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
}

int port_of(int fd) {
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    MUST(getsockname(fd, (struct sockaddr *)&address, &length));
    /* sin_port and sin6_port are at the same place. */
    return ntohs(((struct sockaddr_in *)&address)->sin_port);
}

static const char *port_text(int port) {
    static _Thread_local char texts[8][16];
    static _Thread_local unsigned next;
    char *text = texts[next++ % 8];
    if (port < FIRST_EPHEMERAL) {
        snprintf(text, sizeof texts[0], "%d", port);
        return text;
    }
    if (seen->number[port] == 0)
        seen->number[port] = ++seen->count;
    snprintf(text, sizeof texts[0], "*%d", seen->number[port]);
    return text;
}

const char *address_text(const void *address, socklen_t length) {
    static _Thread_local char texts[8][INET6_ADDRSTRLEN + 32];
    static _Thread_local unsigned next;
    char *text = texts[next++ % 8];
    size_t size = sizeof texts[0];
    char ip[INET6_ADDRSTRLEN];

    sa_family_t family = AF_UNSPEC;
    if (length >= sizeof family)
        memcpy(&family, address, sizeof family);
    if (family == AF_INET && length >= sizeof(struct sockaddr_in)) {
        const struct sockaddr_in *in = address;
        snprintf(text, size, "%s:%s", inet_ntop(AF_INET, &in->sin_addr, ip, sizeof ip),
                 port_text(ntohs(in->sin_port)));
    } else if (family == AF_INET6 && length >= sizeof(struct sockaddr_in6)) {
        const struct sockaddr_in6 *in6 = address;
        snprintf(text, size, "[%s]:%s%s%s", inet_ntop(AF_INET6, &in6->sin6_addr, ip, sizeof ip),
                 port_text(ntohs(in6->sin6_port)), in6->sin6_scope_id != 0 ? " scoped" : "",
                 in6->sin6_flowinfo != 0 ? " flow" : "");
    } else if (length == 0) {
        snprintf(text, size, "none");
    } else {
        snprintf(text, size, "family %d, %u bytes", family, (unsigned)length);
    }
    return text;
}

void show_names(const char *text, int fd) {
    struct sockaddr_storage address = {0};
    socklen_t length = sizeof address;
    bool known = getsockname(fd, (struct sockaddr *)&address, &length) == 0;
    const char *local = known ? address_text(&address, length) : error_name(errno);

    length = sizeof address;
    known = getpeername(fd, (struct sockaddr *)&address, &length) == 0;
    say("%s is %s, peer %s", text, local, known ? address_text(&address, length) : error_name(errno));
}

static void quote(char *quoted, const unsigned char *bytes, size_t length) {
    *quoted++ = '"';
    for (size_t i = 0; i < length && i < SHOWN_BYTES; i++) {
        if (bytes[i] >= ' ' && bytes[i] < 127)
            *quoted++ = (char)bytes[i];
        else
            quoted += sprintf(quoted, "\\x%02x", bytes[i]);
    }
    strcpy(quoted, length > SHOWN_BYTES ? "\"…" : "\"");
}

void show_bytes(const char *text, const void *bytes, ssize_t length) {
    char quoted[SHOWN_BYTES * 4 + 16] = "";
    if (length > 0)
        quote(quoted, bytes, (size_t)length);
    if (length == -1)
        say("%s = -1 %s", text, error_name(errno));
    else
        say("%s = %zd%s%s", text, length, length > 0 ? " " : "", quoted);
}

ssize_t show_recv(const char *text, int fd, size_t size, int flags, const char *flags_text) {
    char *buffer = calloc(1, size + 1);
    char call[256];
    ssize_t length = recv(fd, buffer, size, flags);
    snprintf(call, sizeof call, "recv(%s, %zu, %s)", text, size, flags_text);
    /* With MSG_TRUNC the value may be larger than the buffer, or the bytes are thrown away. */
    if (length > 0 && (flags & MSG_TRUNC) != 0)
        say("%s = %zd", call, length);
    else
        show_bytes(call, buffer, length);
    free(buffer);
    return length;
}

ssize_t show_recvfrom(const char *text, int fd, size_t size, int flags, const char *flags_text) {
    char *buffer = calloc(1, size + 1);
    char call[256];
    struct sockaddr_storage address = {0};
    socklen_t address_length = sizeof address;
    ssize_t length = recvfrom(fd, buffer, size, flags, (struct sockaddr *)&address, &address_length);
    if (length == -1)
        snprintf(call, sizeof call, "recvfrom(%s, %zu, %s)", text, size, flags_text);
    else
        snprintf(call, sizeof call, "recvfrom(%s, %zu, %s) from %s", text, size, flags_text,
                 address_text(&address, address_length));
    if (length > (ssize_t)size)
        say("%s = %zd", call, length);
    else
        show_bytes(call, buffer, length);
    free(buffer);
    return length;
}

ssize_t show_read(const char *text, int fd, size_t size) {
    char *buffer = calloc(1, size + 1);
    char call[256];
    ssize_t length = read(fd, buffer, size);
    snprintf(call, sizeof call, "read(%s, %zu)", text, size);
    show_bytes(call, buffer, length);
    free(buffer);
    return length;
}

void show_option(const char *text, int fd, int level, int option, const char *option_text) {
    union {
        int number;
        unsigned char bytes[64];
    } value = {.bytes = {0}};
    socklen_t length = sizeof value;
    if (getsockopt(fd, level, option, &value, &length) == -1) {
        say("%s %s: %s", text, option_text, error_name(errno));
    } else if (length == sizeof value.number) {
        say("%s %s: %d", text, option_text, value.number);
    } else {
        char bytes[sizeof value * 2 + 1] = "";
        for (socklen_t i = 0; i < length && i < sizeof value; i++)
            sprintf(bytes + 2 * i, "%02x", value.bytes[i]);
        say("%s %s: %u bytes %s", text, option_text, (unsigned)length, bytes);
    }
}

int set_int(int fd, int level, int option, int value) { return setsockopt(fd, level, option, &value, sizeof value); }

const char *event_names(unsigned events) {
    static const struct {
        unsigned bit;
        const char *name;
    } names[] = {
        {POLLIN, "IN"},   {POLLPRI, "PRI"},   {POLLOUT, "OUT"},     {POLLERR, "ERR"},
        {POLLHUP, "HUP"}, {POLLNVAL, "NVAL"}, {POLLRDHUP, "RDHUP"},
    };
    static _Thread_local char texts[4][128];
    static _Thread_local unsigned next;
    char *text = texts[next++ % 4];
    text[0] = '\0';
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if ((events & names[i].bit) == 0)
            continue;
        if (text[0] != '\0')
            strcat(text, "|");
        strcat(text, names[i].name);
    }
    return text[0] != '\0' ? text : "nothing";
}

void show_poll(const char *text, int fd) {
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN | POLLPRI | POLLOUT | POLLRDHUP};
    int result = poll(&poll_fd, 1, 0);
    if (result == -1)
        say("poll(%s) = -1 %s", text, error_name(errno));
    else
        say("poll(%s): %s", text, event_names((unsigned short)poll_fd.revents));
}

void settle(int fd, short events) {
    struct pollfd poll_fd = {.fd = fd, .events = events};
    int result;
    do {
        result = poll(&poll_fd, 1, SETTLE_MS);
    } while (result == -1 && errno == EINTR);
    if (result == 0) {
        say("waited in vain for %s", event_names((unsigned)events));
        _exit(97);
    }
}

int listener_on(int family, int port) {
    int fd = (int)MUST(socket(family, SOCK_STREAM, 0));
    MUST(bind(fd, LOCAL(family, port)));
    MUST(listen(fd, 128));
    return fd;
}

struct pair tcp_pair(int family) {
    int listener = listener_on(family, 0);
    struct pair pair = {.client = (int)MUST(socket(family, SOCK_STREAM, 0))};
    MUST(connect(pair.client, LOCAL(family, port_of(listener))));
    pair.server = (int)MUST(accept(listener, NULL, NULL));
    MUST(close(listener));
    return pair;
}

int udp_on(int family, int port) {
    int fd = (int)MUST(socket(family, SOCK_DGRAM, 0));
    MUST(bind(fd, LOCAL(family, port)));
    return fd;
}

struct pair udp_pair(int family) {
    struct pair pair = {.client = udp_on(family, 0), .server = udp_on(family, 0)};
    MUST(connect(pair.client, LOCAL(family, port_of(pair.server))));
    MUST(connect(pair.server, LOCAL(family, port_of(pair.client))));
    return pair;
}

pid_t in_child(void (*body)(void *), void *argument) {
    pid_t child = (pid_t)MUST(fork());
    if (child != 0)
        return child;
    body(argument);
    _exit(0);
}

void finish(pid_t child) {
    int status;
    MUST(waitpid(child, &status, 0));
    if (WIFSIGNALED(status))
        say("the child died of %s", signal_name(WTERMSIG(status)));
    else if (WEXITSTATUS(status) != 0)
        say("the child ended with %d", WEXITSTATUS(status));
}

struct bell new_bell(void) {
    int ends[2];
    MUST(pipe(ends));
    return (struct bell){.in = ends[1], .out = ends[0]};
}

void ring(struct bell bell) { MUST(write(bell.in, "!", 1)); }

void await_bell(struct bell bell) {
    char byte;
    ssize_t length;
    do {
        length = read(bell.out, &byte, 1);
    } while (length == -1 && errno == EINTR);
    MUST(length);
}

pid_t this_thread(void) { return (pid_t)syscall(SYS_gettid); }

/* The state is the first letter after the name, which is in parentheses. */
static char state_of(pid_t thread) {
    char path[64];
    char text[512] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", (int)thread);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd == -1)
        return '?';
    ssize_t length = read(fd, text, sizeof text - 1);
    close(fd);
    const char *name_end = length > 0 ? strrchr(text, ')') : NULL;
    return name_end != NULL ? name_end[2] : '?';
}

void await_sleep(pid_t thread) {
    /* Asleep at several looks in a row: a thread on its way to the call may sleep on a lock or a page. */
    for (int looks = 0; looks < 5;) {
        char state = state_of(thread);
        if (state == '?' || state == 'Z')
            return;
        looks = state == 'S' ? looks + 1 : 0;
        usleep(2000);
    }
}

void select_says(int fd) {
    fd_set reading, writing, exceptional;
    FD_ZERO(&reading);
    FD_SET(fd, &reading);
    writing = exceptional = reading;
    struct timeval now = {0};
    int count = select(fd + 1, &reading, &writing, &exceptional, &now);
    say("select = %d,%s%s%s", count, FD_ISSET(fd, &reading) ? " read" : "", FD_ISSET(fd, &writing) ? " write" : "",
        FD_ISSET(fd, &exceptional) ? " except" : "");
}
