/* lists_diag.c: inet_diag (sock_diag(7)) shows a program its own sockets, as ss(8) asks for them: whole lists, those of some states, those that a filter
 * chooses, and a single one. */
#include "harness.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>

enum { STATES_ALL = -1, V6ONLY = 11 };

struct request {
    struct nlmsghdr header;
    struct inet_diag_req_v2 question;
    struct nlattr attribute;
    unsigned char filter[64];
};

static struct request ask(int family, int protocol, int states) {
    struct request request = {
        .header = {.nlmsg_len = offsetof(struct request, attribute), .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
                   .nlmsg_seq = 7},
        .question = {.sdiag_family = (unsigned char)family, .sdiag_protocol = (unsigned char)protocol, .idiag_states = (unsigned)states,
                     .idiag_ext = 1 << (INET_DIAG_CONG - 1)},
    };
    return request;
}

static void add_filter(struct request *request, const void *program, size_t size) {
    request->attribute = (struct nlattr){.nla_len = (unsigned short)(NLA_HDRLEN + size), .nla_type = INET_DIAG_REQ_BYTECODE};
    memcpy(request->filter, program, size);
    request->header.nlmsg_len += NLA_HDRLEN + (unsigned)size;
}

static uint64_t cookie_of(int fd) {
    uint64_t cookie = 0;
    socklen_t length = sizeof cookie;
    MUST(getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &length));
    return cookie;
}

/* Says what a message tells of one of `sockets`; others are of no interest. */
static void show(const struct nlmsghdr *message, const int *sockets, size_t count) {
    const struct inet_diag_msg *found = NLMSG_DATA(message);
    for (size_t i = 0; i < count; i++) {
        struct stat status;
        MUST(fstat(sockets[i], &status));
        if (found->idiag_inode != (unsigned)status.st_ino)
            continue;
        union {
            struct sockaddr_in in;
            struct sockaddr_in6 in6;
        } local;
        socklen_t length = sizeof local;
        MUST(getsockname(sockets[i], (struct sockaddr *)&local, &length));
        int shutdown = -1, v6only = -1;
        char algorithm[16] = "", wanted[16] = "";
        socklen_t wanted_length = sizeof wanted;
        int left = (int)(message->nlmsg_len - NLMSG_LENGTH(sizeof *found));
        for (const struct nlattr *at = (const void *)(found + 1); left >= NLA_HDRLEN; left -= NLA_ALIGN(at->nla_len), at = (const void *)((const char *)at + NLA_ALIGN(at->nla_len))) {
            const char *data = (const char *)at + NLA_HDRLEN;
            if (at->nla_type == INET_DIAG_SHUTDOWN)
                shutdown = *data;
            else if (at->nla_type == V6ONLY)
                v6only = *data;
            else if (at->nla_type == INET_DIAG_CONG)
                snprintf(algorithm, sizeof algorithm, "%s", data);
        }
        getsockopt(sockets[i], IPPROTO_TCP, TCP_CONGESTION, wanted, &wanted_length);
        say("socket %zu: family %d, state %d, port is ours: %d, peer has one: %d, waits %d of %u, uid is ours: %d, interface %u, cookie is SO_COOKIE: %d, "
            "shut %d, v6only %d, algorithm is TCP_CONGESTION: %d",
            i, found->idiag_family, found->idiag_state, found->id.idiag_sport == local.in.sin_port, found->id.idiag_dport != 0,
            found->idiag_rqueue > 0, found->idiag_wqueue, found->idiag_uid == getuid(), found->id.idiag_if,
            ((uint64_t)found->id.idiag_cookie[1] << 32 | found->id.idiag_cookie[0]) == cookie_of(sockets[i]), shutdown, v6only,
            strcmp(algorithm, wanted) == 0);
    }
}

static void list(const char *what, struct request request, const int *sockets, size_t count) {
    static char answer[65536];
    int fd = (int)MUST(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
    say("%s:", what);
    MUST(send(fd, &request, request.header.nlmsg_len, 0));
    for (bool goes_on = true; goes_on;) {
        int length = (int)MUST(recv(fd, answer, sizeof answer, 0));
        for (const struct nlmsghdr *at = (void *)answer; NLMSG_OK(at, (unsigned)length); at = NLMSG_NEXT(at, length)) {
            if (at->nlmsg_seq != 7)
                say("sequence %u", at->nlmsg_seq);
            if (at->nlmsg_type == NLMSG_ERROR)
                say("error %s", error_name(-((const struct nlmsgerr *)NLMSG_DATA(at))->error));
            else if (at->nlmsg_type == SOCK_DIAG_BY_FAMILY)
                show(at, sockets, count);
            goes_on = at->nlmsg_type != NLMSG_ERROR && at->nlmsg_type != NLMSG_DONE && (at->nlmsg_flags & NLM_F_MULTI) != 0;
        }
    }
    close(fd);
}

static struct request ask_for_one(int family, const struct sockaddr_in *local, const struct sockaddr_in *peer, uint64_t cookie) {
    struct request request = ask(family, IPPROTO_TCP, STATES_ALL);
    request.header.nlmsg_flags = NLM_F_REQUEST;
    request.question.id.idiag_sport = local->sin_port;
    request.question.id.idiag_src[0] = local->sin_addr.s_addr;
    request.question.id.idiag_dport = peer->sin_port;
    request.question.id.idiag_dst[0] = peer->sin_addr.s_addr;
    request.question.id.idiag_cookie[0] = (unsigned)cookie;
    request.question.id.idiag_cookie[1] = (unsigned)(cookie >> 32);
    return request;
}

static void show_single(int listener, int client, const int *sockets, size_t count) {
    const uint64_t ANY = UINT64_MAX;
    struct sockaddr_in at_listener, at_client, nowhere = {.sin_family = AF_INET, .sin_port = htons(7999), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in none = {0};
    socklen_t length = sizeof at_listener;
    MUST(getsockname(listener, (struct sockaddr *)&at_listener, &length));
    length = sizeof at_client;
    MUST(getsockname(client, (struct sockaddr *)&at_client, &length));
    list("the connection", ask_for_one(AF_INET, &at_client, &at_listener, ANY), sockets, count);
    list("the connection by its cookie", ask_for_one(AF_INET, &at_client, &at_listener, cookie_of(client)), sockets, count);
    list("the connection by another cookie", ask_for_one(AF_INET, &at_client, &at_listener, cookie_of(listener)), sockets, count);
    list("the listener", ask_for_one(AF_INET, &at_listener, &none, ANY), sockets, count);
    list("nothing", ask_for_one(AF_INET, &nowhere, &none, ANY), sockets, count);
}

static void list_filtered(const char *what, const void *filter, size_t size, const int *sockets, size_t count) {
    struct request request = ask(AF_INET, IPPROTO_TCP, STATES_ALL);
    add_filter(&request, filter, size);
    list(what, request, sockets, count);
}

static void show_filters(const int *sockets, size_t count) {
    struct {
        struct inet_diag_bc_op op, port;
    } least = {{INET_DIAG_BC_S_GE, 8, 12}, {0, 0, 7001}}, endless = {{INET_DIAG_BC_S_GE, 0, 12}, {0, 0, 7001}},
      unknown = {{99, 8, 12}, {0, 0, 0}};
    struct {
        struct inet_diag_bc_op op;
        struct inet_diag_hostcond condition;
        unsigned char address[4];
    } to = {{INET_DIAG_BC_D_COND, 16, 20}, {AF_INET, 32, 7000}, {127, 0, 0, 1}}, near = {{INET_DIAG_BC_S_COND, 16, 20}, {AF_INET, 7, -1}, {126, 0, 0, 0}},
      far = {{INET_DIAG_BC_S_COND, 16, 20}, {AF_INET, 8, -1}, {126, 0, 0, 0}};
    list_filtered("ports from 7001 on", &least, sizeof least, sockets, count);
    list_filtered("to 127.0.0.1 port 7000", &to, sizeof to, sockets, count);
    list_filtered("at 126.0.0.0/7", &near, sizeof near, sockets, count);
    list_filtered("at 126.0.0.0/8", &far, sizeof far, sockets, count);
    list_filtered("a filter that stays where it is", &endless, sizeof endless, sockets, count);
    list_filtered("a filter of an unknown kind", &unknown, sizeof unknown, sockets, count);
}

int main(void) {
    int listener = listener_on(AF_INET, 7000), client = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    MUST(connect(client, AT4("127.0.0.1", 7000)));
    int server = (int)MUST(accept(listener, NULL, NULL));
    int wide = (int)MUST(socket(AF_INET6, SOCK_STREAM, 0)), narrow = (int)MUST(socket(AF_INET6, SOCK_STREAM, 0));
    MUST(bind(wide, AT6("::", 7001)));
    MUST(listen(wide, 3));
    MUST(set_int(narrow, IPPROTO_IPV6, IPV6_V6ONLY, 1));
    MUST(bind(narrow, AT6("::", 7002)));
    MUST(listen(narrow, 4));
    int datagrams = udp_on(AF_INET, 7003), bound = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    const int sockets[] = {listener, client, server, wide, narrow, datagrams, bound};
    const size_t count = sizeof sockets / sizeof *sockets;
    list("one listener of IPv4", ask(AF_INET, IPPROTO_TCP, 1 << TCP_LISTEN), sockets, count);
    list("those of IPv6", ask(AF_INET6, IPPROTO_TCP, 1 << TCP_LISTEN), sockets, 4);
    list("datagrams", ask(AF_INET, IPPROTO_UDP, STATES_ALL), sockets, count);
    list("closed ones", ask(AF_INET, IPPROTO_TCP, 1 << TCP_CLOSE), sockets, count);
    show_single(listener, client, sockets, count);
    show_filters((const int[]){client}, 1);
    MUST(write(server, "x", 1));
    MUST(shutdown(server, SHUT_WR));
    settle(client, POLLRDHUP);
    list("a half that has ended", ask(AF_INET, IPPROTO_TCP, 1 << TCP_CLOSE_WAIT), sockets, count);
    return 0;
}
