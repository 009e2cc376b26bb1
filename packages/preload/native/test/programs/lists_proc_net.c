/* lists_proc_net.c: /proc/net/tcp and its like show a program its own sockets: where they are bound, their state, and the inode that fstat(2)
 * tells, by which ss(8) and lsof(8) find the process. */
#include "harness.h"

/* The columns of one line. */
struct line {
    char local[64], peer[64];
    unsigned state, sent, received, uid;
    unsigned long inode;
};

static bool read_line(const char *text, struct line *line) {
    return sscanf(text, " %*[0-9]: %63[0-9A-F:] %63[0-9A-F:] %x %x:%x %*x:%*x %*x %u %*u %lu", line->local, line->peer, &line->state, &line->sent,
                  &line->received, &line->uid, &line->inode) == 7;
}

/* The hexadecimal address as it is, and the port as address_text() writes it. */
static const char *end_text(const char *end) {
    static char text[4][96];
    static unsigned turn;
    char *out = text[turn++ % 4];
    const char *colon = strrchr(end, ':');
    int port = (int)strtol(colon + 1, NULL, 16);
    const char *name = address_text(address4("0.0.0.0", port), sizeof(struct sockaddr_in));
    snprintf(out, sizeof *text, "%.*s %s", (int)(colon - end), end, port == 0 ? "none" : strchr(name, ':'));
    return out;
}

static void show(const char *what, int fd, const char *path) {
    struct stat status;
    MUST(fstat(fd, &status));
    FILE *list = fopen(path, "re");
    char text[512];
    bool is_found = false;
    if (list == NULL) {
        say("%s: no %s", what, path);
        return;
    }
    while (fgets(text, sizeof text, list) != NULL) {
        struct line line;
        if (!read_line(text, &line) || line.inode != (unsigned long)status.st_ino)
            continue;
        is_found = true;
        say("%s: %s to %s, state %u, receives %s, uid is ours: %d, %zu characters", what, end_text(line.local), end_text(line.peer), line.state,
            strstr(path, "udp") != NULL ? (line.received > 0 ? "some" : "none") : (char[]){(char)('0' + line.received % 10), '\0'},
            line.uid == getuid(), strstr(path, "6") == NULL ? strlen(text) : 0);
    }
    if (!is_found)
        say("%s: not in %s", what, path);
    fclose(list);
}

/* The connection that nobody has accepted has no inode: it is known by its port. */
static unsigned count_waiting(int listener) {
    FILE *list = fopen("/proc/thread-self/net/tcp", "r");
    char text[512];
    unsigned count = 0;
    while (list != NULL && fgets(text, sizeof text, list) != NULL) {
        struct line line;
        if (read_line(text, &line) && line.inode == 0 && line.state == 1 && (int)strtol(strrchr(line.local, ':') + 1, NULL, 16) == port_of(listener))
            count++;
    }
    if (list != NULL)
        fclose(list);
    return count;
}

static void show_streams(void) {
    int bound = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    show("new", bound, "/proc/net/tcp");
    MUST(bind(bound, AT4("127.0.0.1", 7000)));
    show("bound", bound, "/proc/net/tcp");
    MUST(listen(bound, 5));
    show("listening", bound, "/proc/net/tcp");
    int waiting = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    MUST(connect(waiting, AT4("127.0.0.1", 7000)));
    settle(bound, POLLIN);
    show("listening, one waits", bound, "/proc/self/net/tcp");
    show("the one that waits", waiting, "/proc/net/tcp");
    say("%u waits", count_waiting(bound));
    int accepted = (int)MUST(accept(bound, NULL, NULL));
    show("listening again", bound, "/proc/net/tcp");
    show("accepted", accepted, "/proc/net/tcp");
    say("%u waits", count_waiting(bound));
    MUST(write(waiting, "hello", 5));
    settle(accepted, POLLIN);
    show("with data", accepted, "/proc/net/tcp");
    char data[8];
    MUST(read(accepted, data, sizeof data));
    show("without data", accepted, "/proc/net/tcp");
    MUST(shutdown(waiting, SHUT_WR));
    settle(accepted, POLLRDHUP);
    show("its peer has shut", accepted, "/proc/net/tcp");
    MUST(read(accepted, data, sizeof data));
    show("and it has read that", accepted, "/proc/net/tcp");
    /* What comes back acknowledges the end. */
    MUST(write(accepted, "world", 5));
    settle(waiting, POLLIN);
    show("the peer", waiting, "/proc/net/tcp");
    close(accepted);
    settle(waiting, POLLRDHUP);
    show("the peer of a closed one", waiting, "/proc/net/tcp");
    int wide = listener_on(AF_INET6, 7001);
    show("over IPv6", wide, "/proc/net/tcp6");
    show("over IPv6, among those over IPv4", wide, "/proc/net/tcp");
}

static void show_datagrams(void) {
    int receiver = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0)), sender = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    show("new", receiver, "/proc/net/udp");
    MUST(bind(receiver, AT4("127.0.0.1", 7000)));
    show("bound", receiver, "/proc/net/udp");
    MUST(connect(sender, AT4("127.0.0.1", 7000)));
    show("connected", sender, "/proc/net/udp");
    MUST(send(sender, "hello", 5, 0));
    settle(receiver, POLLIN);
    show("with a datagram", receiver, "/proc/net/udp");
    int wide = udp_on(AF_INET6, 7001);
    show("over IPv6", wide, "/proc/net/udp6");
}

/* The host's own, however they are reached: one that listens is there. */
static void show_relative(void) {
    int listener = listener_on(AF_INET, 7003), root = (int)MUST(open("/proc", O_RDONLY | O_DIRECTORY));
    int directory = (int)MUST(open("/proc/net", O_RDONLY | O_DIRECTORY));
    static const char *const PATHS[] = {"tcp", "net/tcp", "self/net/tcp", "no/tcp"};
    for (size_t i = 0; i < sizeof PATHS / sizeof *PATHS; i++) {
        char text[4096];
        int fd = openat(i == 0 ? directory : root, PATHS[i], O_RDONLY);
        ssize_t length = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
        text[length > 0 ? length : 0] = '\0';
        say("%s: %s", PATHS[i], fd < 0 ? error_name(errno) : strstr(text, ":1B5B ") != NULL ? "listens" : "nobody listens");
        if (fd >= 0)
            close(fd);
    }
    MUST(fchdir(directory));
    FILE *file = fopen("tcp6", "r");
    char text[512];
    unsigned lines = 0;
    while (file != NULL && fgets(text, sizeof text, file) != NULL)
        lines++;
    say("tcp6 has %u lines", lines);
    MUST(chdir("/"));
    if (file != NULL)
        fclose(file);
    close(listener);
    close(directory);
    close(root);
}

static const char *const FILES[] = {"tcp", "tcp6", "udp", "udp6", "udplite", "udplite6", "raw", "raw6", "icmp", "icmp6", "arp", "route", "dev",
                                    "igmp", "igmp6", "mcfilter", "mcfilter6", "fib_trie", "ip6_flowlabel", "dev_snmp6/lo"};

static void show_heads(void) {
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
        char path[64], text[512] = "";
        snprintf(path, sizeof path, "/proc/%d/net/%s", (int)getpid(), FILES[i]);
        FILE *file = fopen(path, "r");
        if (file != NULL && fgets(text, sizeof text, file) != NULL)
            say("%s: %s|", FILES[i], strtok(text, "\n"));
        else
            say("%s: none", FILES[i]);
        if (file != NULL)
            fclose(file);
    }
}

/* Some lines of a file, the first of them 1, up to a timer or flags that change. */
static void show_lines(const char *path, int first, int last) {
    char text[512];
    FILE *file = fopen(path, "r");
    for (int line = 1; file != NULL && line <= last && fgets(text, sizeof text, file) != NULL; line++)
        if (line >= first)
            say("%s: %.*s|", path, strncmp(text, "\t\t\t\t", 4) == 0 ? 18 : 54, strtok(text, "\n"));
    if (file != NULL)
        fclose(file);
}

/* A group that was joined is in the list of its interface. */
static void show_groups(void) {
    int fd = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0)), second = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    int fd6 = (int)MUST(socket(AF_INET6, SOCK_DGRAM, 0));
    struct ip_mreqn request = {.imr_multiaddr.s_addr = inet_addr("239.1.2.3"), .imr_ifindex = 1};
    struct ipv6_mreq request6 = {.ipv6mr_interface = 1};
    inet_pton(AF_INET6, "ff05::1:3", &request6.ipv6mr_multiaddr);
    MUST(setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof request));
    MUST(setsockopt(second, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof request));
    MUST(setsockopt(fd6, IPPROTO_IPV6, IPV6_JOIN_GROUP, &request6, sizeof request6));
    show_lines("/proc/net/igmp", 2, 4);
    show_lines("/proc/net/igmp6", 1, 3);
    close(fd);
    close(second);
    close(fd6);
    show_lines("/proc/net/igmp", 2, 3);
    show_lines("/proc/net/igmp6", 1, 2);
}

static void show_as_files(void) {
    char first[64], again[64];
    int fd = (int)TRY(open("/proc/net/tcp", O_RDONLY | O_CLOEXEC)), lowest = dup(0);
    say("the lowest number was taken: %d", lowest == fd + 1);
    CALL(fcntl(fd, F_GETFD));
    say("to be read only: %d", (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY);
    CALL(write(fd, "x", 1));
    CALL(read(fd, first, sizeof first));
    CALL(lseek(fd, 0, SEEK_SET));
    CALL(read(fd, again, sizeof again));
    say("the same again: %d", memcmp(first, again, sizeof first) == 0);
    int plain = (int)TRY(openat(AT_FDCWD, "/proc/net/udp", O_RDONLY));
    CALL(fcntl(plain, F_GETFD));
    CALL(open("/proc/net/tcp", O_RDONLY | O_DIRECTORY));
    CALL(open("/proc/net/tcp/", O_RDONLY));
    CALL(open("/proc/net/no_such_file", O_RDONLY));
    CALL(open("/proc/4194305/net/tcp", O_RDONLY));
    FILE *stream = fopen("/dev/null", "r");
    stream = freopen("/proc/net/tcp", "r", stream);
    char text[16];
    say("reopened: %.4s", stream != NULL && fgets(text, sizeof text, stream) != NULL ? text : "nothing");
}

int main(void) {
    show_heads();
    show_groups();
    show_as_files();
    show_relative();
    show_streams();
    show_datagrams();
    return 0;
}
