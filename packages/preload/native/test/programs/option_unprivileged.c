/* option_unprivileged.c: options of TCP that look into it or repair it, for a process without capabilities, and what follows from the path. */
#include "harness.h"

#include <linux/capability.h>
#include <sys/syscall.h>

static const int options[] = {
    TCP_REPAIR, TCP_REPAIR_QUEUE, TCP_QUEUE_SEQ, TCP_REPAIR_WINDOW, TCP_THIN_DUPACK,
};

static void drop_capabilities(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {0};
    MUST(syscall(SYS_capset, &header, none));
}

static void ask(const char *what, int fd) {
    say("%s", what);
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        int value = -1;
        socklen_t length = sizeof value;
        CALL(getsockopt(fd, IPPROTO_TCP, options[i], &value, &length));
        say("option %d is %d", options[i], value);
        for (int wanted = -1; wanted <= 2; wanted++)
            CALL(set_int(fd, IPPROTO_TCP, options[i], wanted));
    }
    /* Nothing can be asked of these, and set of them. */
    CALL(set_int(fd, IPPROTO_TCP, TCP_REPAIR_OPTIONS, 1));
    CALL(set_int(fd, IPPROTO_TCP, TCP_TIMESTAMP, 1));
    CALL(set_int(fd, IPPROTO_IP, IP_TRANSPARENT, 1));
    CALL(set_int(fd, SOL_SOCKET, SO_MARK, 1));
    CALL(set_int(fd, SOL_SOCKET, SO_PRIORITY, 6));
    CALL(set_int(fd, SOL_SOCKET, SO_PRIORITY, 7));
    CALL(set_int(fd, SOL_SOCKET, SO_RCVBUFFORCE, 10000));
    CALL(set_int(fd, SOL_SOCKET, SO_SNDBUFFORCE, 10000));
    CALL(set_int(fd, SOL_SOCKET, SO_DEBUG, 1));
}

static void ask_pair(int family) {
    struct pair pair = tcp_pair(family);
    ask("client", pair.client);
    OPTION(pair.client, IPPROTO_TCP, TCP_MAXSEG);
    OPTION(pair.server, IPPROTO_TCP, TCP_MAXSEG);
}

int main(void) {
    drop_capabilities();
    ask("fresh", (int)MUST(socket(AF_INET, SOCK_STREAM, 0)));
    ask("listener", listener_on(AF_INET, 7000));
    ask_pair(AF_INET);
    ask_pair(AF_INET6);

    say("addresses of a link");
    int fd = (int)MUST(socket(AF_INET6, SOCK_STREAM, 0));
    CALL(connect(fd, AT6("fe80::1", 7000)));
    int datagrams = (int)MUST(socket(AF_INET6, SOCK_DGRAM, 0));
    CALL(connect(datagrams, AT6("fe80::1", 7000)));

    say("IPv4 seen from IPv6");
    int listener = (int)MUST(socket(AF_INET6, SOCK_STREAM, 0)), client = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    MUST(bind(listener, AT6("::", 7001)));
    MUST(listen(listener, 1));
    MUST(connect(client, AT4("127.0.0.1", 7001)));
    int server = (int)MUST(accept(listener, NULL, NULL));
    OPTION(server, IPPROTO_IPV6, IPV6_MTU);
    OPTION(server, IPPROTO_IP, IP_MTU);
    OPTION(server, IPPROTO_TCP, TCP_MAXSEG);
}
