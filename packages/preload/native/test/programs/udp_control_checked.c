/* udp_control_checked.c: control messages that the kernel refuses, in which order, and what it leaves alone; those of errors and of old options. */
#include "show_control.h"

struct message {
    int level, type;
    size_t size;
    int value;
};

static void send_with(int fd, const struct sockaddr *to, socklen_t to_length, size_t data_size, const struct message *messages, int count, const char *text) {
    static char data[200];
    union {
        char room[256];
        struct cmsghdr align;
    } control = {.room = {0}};
    struct iovec part = {data, data_size};
    struct msghdr message = {.msg_name = (void *)to, .msg_namelen = to_length, .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.room};
    for (int i = 0; i < count; i++) {
        struct cmsghdr *header = (struct cmsghdr *)(control.room + message.msg_controllen);
        header->cmsg_level = messages[i].level;
        header->cmsg_type = messages[i].type;
        header->cmsg_len = CMSG_LEN(messages[i].size);
        memcpy(CMSG_DATA(header), &messages[i].value, messages[i].size < sizeof(int) ? messages[i].size : sizeof(int));
        message.msg_controllen += CMSG_SPACE(messages[i].size);
    }
    ssize_t sent = sendmsg(fd, &message, MSG_NOSIGNAL);
    say("%s: sendmsg = %zd %s", text, sent, sent == -1 ? error_name(errno) : "");
}

#define TO(...) __VA_ARGS__
#define SEND(fd, to, size, ...)                                                                                          \
    send_with(fd, to, size, (const struct message[]){__VA_ARGS__}, sizeof((const struct message[]){__VA_ARGS__}) / sizeof(struct message), #__VA_ARGS__)

static void refused_on(int fd, const struct sockaddr *to, socklen_t length) {
    SEND(fd, TO(to, length), 5, {SOL_SOCKET, 200, 4, 0});
    SEND(fd, TO(to, length), 5, {SOL_SOCKET, SO_TIMESTAMP, 16, 0});
    SEND(fd, TO(to, length), 5, {SOL_SOCKET, SO_MARK, 3, 0});
    SEND(fd, TO(to, length), 5, {SOL_SOCKET, 37 /* SO_TIMESTAMPING */, 4, 1 << 20});
    SEND(fd, TO(to, length), 5, {SOL_SOCKET, SCM_RIGHTS, 4, 1}, {SOL_SOCKET, SCM_CREDENTIALS, 12, 0});
    SEND(fd, TO(to, length), 5, {250, 1, 4, 0}, {SOL_SOCKET, 200, 4, 0});
}

static void order(void) {
    say("-- the order of what is wrong");
    int receiver = udp_on(AF_INET, 7000), fd = udp_on(AF_INET, 7001);
    const struct sockaddr *to = address4("127.0.0.1", 7000);
    socklen_t length = sizeof(struct sockaddr_in);
    SEND(fd, TO(to, length), 5, {IPPROTO_IP, IP_PKTINFO, 12, 4711}, {IPPROTO_IP, 200, 4, 0});
    SEND(fd, TO(to, length), 5, {IPPROTO_IP, IP_PKTINFO, 12, 4711}, {IPPROTO_IP, IP_TTL, 4, 1});
    SEND(fd, TO(to, length), 5, {IPPROTO_IP, IP_TTL, 4, 0}, {IPPROTO_UDP, 103, 4, 0});
    SEND(fd, TO(to, length), 200, {IPPROTO_UDP, 103, 2, 1});
    say("-- an IPv6 socket on an IPv4 address");
    int mapped = (int)MUST(socket(AF_INET6, SOCK_DGRAM, 0));
    MUST(bind(mapped, AT6("::ffff:127.0.0.1", 7002)));
    SEND(mapped, TO(AT6("::1", 7000)), 5, {IPPROTO_UDP, 200, 4, 0});
    SEND(mapped, TO(AT6("::1", 7000)), 5, {250, 1, 4, 0});
    SEND(mapped, TO(AT6("::", 7000)), 5, {250, 1, 4, 0});
    RECVFROM(receiver, 10, 0);
    MUST(close(receiver));
    MUST(close(fd));
    MUST(close(mapped));
}

static void on_tcp(void) {
    say("-- TCP");
    struct pair pair = tcp_pair(AF_INET);
    refused_on(pair.client, NULL, 0);
    CALL(shutdown(pair.client, SHUT_WR));
    SEND(pair.client, TO(NULL, 0), 5, {SOL_SOCKET, 200, 4, 0});
    settle(pair.server, POLLRDHUP);
    SEND(pair.server, TO(NULL, 0), 5, {SOL_SOCKET, 200, 4, 0});
    int unconnected = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    SEND(unconnected, TO(NULL, 0), 5, {SOL_SOCKET, 200, 4, 0});
    MUST(close(unconnected));
    MUST(close(pair.client));
    MUST(close(pair.server));
}

static void nothing_there(int fd) {
    char room[100];
    struct sockaddr_storage from;
    struct msghdr message = {.msg_name = &from, .msg_namelen = sizeof from, .msg_control = room, .msg_controllen = sizeof room, .msg_flags = 77};
    CALL(recvmsg(fd, &message, MSG_DONTWAIT));
    say("lengths %u and %zu, flags %d", (unsigned)message.msg_namelen, (size_t)message.msg_controllen, message.msg_flags);
}

static void old_options(void) {
    say("-- IPV6_2292PKTINFO, IPV6_2292HOPLIMIT, IPV6_RECVORIGDSTADDR");
    int receiver = udp_on(AF_INET6, 7003), fd = udp_on(AF_INET6, 7004);
    MUST(set_int(receiver, IPPROTO_IPV6, 2, 1));
    MUST(set_int(receiver, IPPROTO_IPV6, 8, 1));
    MUST(set_int(receiver, IPPROTO_IPV6, 74, 1));
    SEND(fd, TO(AT6("::1", 7003)), 5, {IPPROTO_IPV6, 8, 4, 7});
    show_message(receiver, 0, 256);
    nothing_there(receiver);
    MUST(close(receiver));
    MUST(close(fd));
}

/* The answer to an IPv4 packet is told to those who asked for IPv4's. */
static void errors_of_mapped(int option_level, int option, const char *ip, const char *text) {
    say("-- errors with %s from %s", text, ip);
    int fd = (int)MUST(socket(AF_INET6, SOCK_DGRAM, 0));
    MUST(set_int(fd, option_level, option, 1));
    MUST(set_int(fd, SOL_SOCKET, SO_TIMESTAMP, 1));
    MUST(sendto(fd, "lost", 4, 0, AT6(ip, 7005)));
    POLL(fd);
    show_message(fd, MSG_ERRQUEUE | MSG_DONTWAIT, 256);
    POLL(fd);
    MUST(close(fd));
}

int main(void) {
    int receiver = udp_on(AF_INET, 7000), receiver6 = udp_on(AF_INET6, 7001);
    int fd = udp_on(AF_INET, 7002), fd6 = udp_on(AF_INET6, 7003);
    refused_on(fd, AT4("127.0.0.1", 7000));
    refused_on(fd6, AT6("::1", 7001));
    nothing_there(fd);
    MUST(close(receiver));
    MUST(close(receiver6));
    MUST(close(fd));
    MUST(close(fd6));
    order();
    on_tcp();
    old_options();
    errors_of_mapped(IPPROTO_IP, IP_RECVERR, "::ffff:127.0.0.1", "IP_RECVERR");
    errors_of_mapped(IPPROTO_IPV6, IPV6_RECVERR, "::ffff:127.0.0.1", "IPV6_RECVERR");
    errors_of_mapped(IPPROTO_IP, IP_RECVERR, "::1", "IP_RECVERR");
    errors_of_mapped(IPPROTO_IPV6, IPV6_RECVERR, "::1", "IPV6_RECVERR");
}
