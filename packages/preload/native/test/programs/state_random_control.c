/* state_random_control.c: control messages in a random order, the same in each run: well-formed and broken ones of all levels that go with a datagram or
 * with data of TCP, and those that come with what is received, into whatever room there is for them, while the options that ask for them change. */
#include "random_calls.h"

enum { ROUNDS = 250, MOST_CALLS = 60, DATAGRAM_ENDS = 4, ENDS = 6, FIRST_PORT = 7001, MOST_CONTROL = 300, MOST_DATA = 200, MOST_MESSAGES = 3 };

static struct end ends[ENDS];
static int family[ENDS], connected[ENDS]; /* connected over IPv4 or IPv6, 4 or 6 */
static enum { NOTHING, PACKETS, ERRORS } tells[ENDS];

#define ANY_OF(list) ((list)[any_below(sizeof(list) / sizeof *(list))])

static int index_of(const struct end *end) {
    return (int)(end - ends);
}

static bool is_tcp(const struct end *end) {
    return index_of(end) >= DATAGRAM_ENDS;
}

/* A control message by name: what it holds is of `size` bytes when all is well. */
struct kind {
    int level, type;
    size_t size;
    const char *name;
};

/* Headers and options of IP are left out: docs/limits.md. So are IP_PROTOCOL and SO_PRIORITY, which not every kernel takes. */
static const struct kind KINDS[] = {
    {IPPROTO_IP, IP_PKTINFO, sizeof(struct in_pktinfo), "IP_PKTINFO"},
    {IPPROTO_IP, IP_PKTINFO, sizeof(struct in_pktinfo), "IP_PKTINFO"},
    {IPPROTO_IP, IP_TOS, sizeof(int), "IP_TOS"},
    {IPPROTO_IP, IP_TOS, 1, "IP_TOS"},
    {IPPROTO_IP, IP_TTL, sizeof(int), "IP_TTL"},
    {IPPROTO_IP, IP_TTL, sizeof(int), "IP_TTL"},
    {IPPROTO_IP, IP_RECVORIGDSTADDR, sizeof(struct sockaddr_in), "IP_ORIGDSTADDR"},
    {IPPROTO_IP, IP_RECVERR, sizeof(int), "IP_RECVERR"},
    {IPPROTO_IPV6, IPV6_PKTINFO, sizeof(struct in6_pktinfo), "IPV6_PKTINFO"},
    {IPPROTO_IPV6, IPV6_PKTINFO, sizeof(struct in6_pktinfo), "IPV6_PKTINFO"},
    {IPPROTO_IPV6, 2, sizeof(struct in6_pktinfo), "IPV6_2292PKTINFO"},
    {IPPROTO_IPV6, IPV6_TCLASS, sizeof(int), "IPV6_TCLASS"},
    {IPPROTO_IPV6, IPV6_HOPLIMIT, sizeof(int), "IPV6_HOPLIMIT"},
    {IPPROTO_IPV6, 8, sizeof(int), "IPV6_2292HOPLIMIT"},
    {IPPROTO_IPV6, 62, sizeof(int), "IPV6_DONTFRAG"},
    {IPPROTO_IPV6, 200, sizeof(int), "IPV6 200"},
    {IPPROTO_UDP, 103, sizeof(uint16_t), "UDP_SEGMENT"},
    {IPPROTO_UDP, 103, sizeof(uint16_t), "UDP_SEGMENT"},
    {IPPROTO_UDP, 104, sizeof(int), "UDP_GRO"},
    {IPPROTO_TCP, 1, sizeof(int), "TCP 1"},
    {SOL_SOCKET, SCM_RIGHTS, sizeof(int), "SCM_RIGHTS"},
    {SOL_SOCKET, SCM_CREDENTIALS, sizeof(struct ucred), "SCM_CREDENTIALS"},
    {SOL_SOCKET, SO_MARK, sizeof(uint32_t), "SO_MARK"},
    {SOL_SOCKET, 37 /* SO_TIMESTAMPING_OLD */, sizeof(uint32_t), "SO_TIMESTAMPING"},
    {SOL_SOCKET, 61 /* SCM_TXTIME */, sizeof(uint64_t), "SCM_TXTIME"},
    {SOL_SOCKET, 81 /* SCM_TS_OPT_ID */, sizeof(uint32_t), "SCM_TS_OPT_ID"},
    {SOL_SOCKET, SO_TIMESTAMP, sizeof(struct timeval), "SO_TIMESTAMP"},
    {SOL_SOCKET, 200, sizeof(int), "SOL_SOCKET 200"},
    {250, 1, sizeof(int), "level 250"},
};

static uint32_t any_ipv4(void) {
    static const uint32_t PLACES[] = {0, 0, INADDR_LOOPBACK, INADDR_LOOPBACK, 0xcb007109 /* 203.0.113.9 */};
    return htonl(ANY_OF(PLACES));
}

static struct in6_addr any_ipv6(void) {
    static const char *const PLACES[] = {"::", "::", "::1", "::1", "::ffff:127.0.0.1", "::ffff:127.0.0.1", "::ffff:0.0.0.0", "2001:db8::9"};
    struct in6_addr place;
    MUST(inet_pton(AF_INET6, ANY_OF(PLACES), &place));
    return place;
}

static int any_index(void) {
    static const int INDEXES[] = {0, 0, 0, 1, 4711, -1};
    return ANY_OF(INDEXES);
}

static void fill_value(const struct kind *kind, char *value) {
    static const int NUMBERS[] = {0, 1, 2, 3, 64, 255, 256, -1, -2, 46};
    memset(value, 0, 64);
    if (kind->size == sizeof(struct in_pktinfo) && kind->level == IPPROTO_IP && kind->type == IP_PKTINFO) {
        struct in_pktinfo info = {.ipi_ifindex = any_index(), .ipi_spec_dst.s_addr = any_ipv4(), .ipi_addr.s_addr = any_ipv4()};
        memcpy(value, &info, sizeof info);
    } else if (kind->size == sizeof(struct in6_pktinfo) && kind->level == IPPROTO_IPV6) {
        struct in6_pktinfo info = {.ipi6_addr = any_ipv6(), .ipi6_ifindex = (unsigned)any_index()};
        memcpy(value, &info, sizeof info);
    } else if (kind->level == IPPROTO_UDP) {
        uint16_t segment = (uint16_t)(any_below(4) == 0 ? any_below(3) * 2000 : 10 + any_below(80));
        memcpy(value, &segment, sizeof segment);
    } else if (kind->level == SOL_SOCKET && kind->type == 37) {
        /* Any of those that ask for a stamp is in the limits as well. */
        int number = any_below(2) != 0 ? 0 : 64;
        memcpy(value, &number, sizeof number);
    } else if (kind->level == SOL_SOCKET && kind->type == SCM_RIGHTS) {
        memcpy(value, &(int){STDOUT_FILENO}, sizeof(int));
    } else {
        int number = ANY_OF(NUMBERS);
        memcpy(value, &number, sizeof number);
    }
}

/* What goes along, and in words. */
struct control {
    _Alignas(struct cmsghdr) char room[MOST_CONTROL];
    size_t length;
    char text[400];
};

static size_t any_wrong_size(size_t size) {
    static const int OFF[] = {-1, 1, 4, 8, -4, -100};
    int off = ANY_OF(OFF);
    return off < 0 && size < (size_t)-off ? 0 : size + (size_t)off;
}

static void add_message(struct control *control) {
    const struct kind *kind = &ANY_OF(KINDS);
    struct cmsghdr *header = (struct cmsghdr *)(control->room + control->length);
    bool is_odd = any_below(8) == 0;
    size_t size = is_odd ? any_wrong_size(kind->size) : kind->size;
    char value[64];
    fill_value(kind, value);
    header->cmsg_level = kind->level;
    header->cmsg_type = kind->type;
    header->cmsg_len = CMSG_LEN(size);
    memcpy(CMSG_DATA(header), value, size);
    control->length += CMSG_SPACE(size);
    /* A length that is none. */
    unsigned broken = any_below(40);
    if (broken == 0)
        header->cmsg_len = any_below(CMSG_LEN(0));
    if (broken == 1)
        header->cmsg_len += 20 + any_below(300);
    size_t used = strlen(control->text);
    int first = 0;
    memcpy(&first, value, sizeof first);
    snprintf(control->text + used, sizeof control->text - used, " %s(%zu bytes, %d%s)", kind->name, size, first, broken < 2 ? ", broken" : "");
}

static void any_control(struct control *control) {
    memset(control, 0, sizeof *control);
    for (unsigned left = any_below(6) == 0 ? 2 + any_below(2) : any_below(4) != 0; left > 0; left--)
        add_message(control);
    if (control->length > 0 && any_below(15) == 0)
        control->length -= any_below(12);
}

/* Where one of the sockets is, or nobody. */
static const struct sockaddr *any_target(const struct end *end, socklen_t *length, char *text, size_t size) {
    static const char *const PLACES6[] = {"::1", "::1", "::ffff:127.0.0.1", "::"};
    int port = FIRST_PORT + (int)any_below(DATAGRAM_ENDS + 1);
    bool is_v4 = family[index_of(end)] == AF_INET;
    const char *place = is_v4 ? (any_below(5) != 0 ? "127.0.0.1" : "0.0.0.0") : ANY_OF(PLACES6);
    *length = local_length(is_v4 ? AF_INET : AF_INET6);
    snprintf(text, size, "%s port %d", place, port);
    return is_v4 ? address4(place, port) : address6(place, port);
}

struct sending {
    struct control control;
    struct iovec part;
    char data[MOST_DATA], text[600];
};

static void any_sending(const struct end *end, struct sending *sending, struct msghdr *message) {
    char place[80] = "its peer";
    socklen_t length = 0;
    any_control(&sending->control);
    sending->part = (struct iovec){sending->data, any_below(8) == 0 ? 0 : any_below(MOST_DATA)};
    for (size_t i = 0; i < sending->part.iov_len; i++)
        sending->data[i] = (char)('a' + (end->name + i) % 26);
    *message = (struct msghdr){.msg_iov = &sending->part, .msg_iovlen = 1, .msg_control = sending->control.room, .msg_controllen = sending->control.length};
    if (!is_tcp(end) && any_below(6) != 0) {
        message->msg_name = (void *)any_target(end, &length, place, sizeof place);
        message->msg_namelen = length;
    }
#ifdef __GLIBC__ /* musl copies them itself. */
    if (any_below(40) == 0)
        message->msg_control = NULL;
#endif
    snprintf(sending->text, sizeof sending->text, "%zu bytes to %s,%s %zu%s", sending->part.iov_len, place, sending->control.text, (size_t)message->msg_controllen,
             message->msg_control == NULL ? " at NULL" : "");
}

static void send_message(struct end *end) {
    struct sending sending;
    struct msghdr message;
    any_sending(end, &sending, &message);
    tell(end, "sendmsg", sendmsg(end->fd, &message, MSG_NOSIGNAL), sending.text);
}

static void send_messages(struct end *end) {
    struct sending sendings[MOST_MESSAGES];
    struct mmsghdr messages[MOST_MESSAGES] = {0};
    unsigned count = 1 + any_below(MOST_MESSAGES);
    for (unsigned i = 0; i < count; i++)
        any_sending(end, &sendings[i], &messages[i].msg_hdr);
    tell(end, "sendmmsg", sendmmsg(end->fd, messages, count, MSG_NOSIGNAL), "");
    for (unsigned i = 0; i < count; i++)
        say("  %u, %s", messages[i].msg_len, sendings[i].text);
}

/* Where the time is in a message, it may be any. */
static bool is_time(const struct cmsghdr *header) {
    return header->cmsg_level == SOL_SOCKET && (header->cmsg_type == SO_TIMESTAMP || header->cmsg_type == SO_TIMESTAMPNS || header->cmsg_type == 63 || header->cmsg_type == 64);
}

static const char *header_text(const struct cmsghdr *header, size_t left) {
    static char text[300];
    size_t length = header->cmsg_len < left ? header->cmsg_len - CMSG_LEN(0) : left - CMSG_LEN(0);
    int used = snprintf(text, sizeof text, "level %d, type %d, %zu bytes", header->cmsg_level, header->cmsg_type, (size_t)header->cmsg_len);
    if (is_time(header))
        return text;
    for (size_t i = 0; i < length && i < 60; i++)
        used += snprintf(text + used, sizeof text - (size_t)used, "%s%02x", i % 4 == 0 ? " " : "", CMSG_DATA(header)[i]);
    return text;
}

struct receiving {
    _Alignas(struct cmsghdr) char room[MOST_CONTROL];
    struct sockaddr_storage from;
    struct iovec part;
    char data[MOST_DATA], text[80];
};

static void any_receiving(struct receiving *receiving, struct msghdr *message) {
    memset(receiving, 0, sizeof *receiving);
    receiving->part = (struct iovec){receiving->data, any_below(4) == 0 ? any_below(MOST_DATA) : MOST_DATA};
    size_t room = any_below(3) != 0 ? sizeof receiving->room : any_below(120);
    *message = (struct msghdr){.msg_iov = &receiving->part, .msg_iovlen = 1, .msg_control = receiving->room, .msg_controllen = room};
    if (any_below(4) != 0) {
        message->msg_name = &receiving->from;
        message->msg_namelen = sizeof receiving->from;
    }
    if (any_below(12) == 0)
        message->msg_control = NULL;
    snprintf(receiving->text, sizeof receiving->text, "%zu bytes and %zu%s", receiving->part.iov_len, room, message->msg_control == NULL ? " at NULL" : "");
}

static void show_received(const struct receiving *receiving, const struct msghdr *message, long length) {
    size_t used = message->msg_controllen, seen = (size_t)length < receiving->part.iov_len ? (size_t)length : receiving->part.iov_len;
    say("  %s: %ld %s, flags %#x, control %zu, from %s", receiving->text, length, bytes_text(receiving->data, (long)seen), (unsigned)message->msg_flags, used,
        message->msg_name == NULL ? "whoever" : address_text(&receiving->from, message->msg_namelen));
    if (message->msg_control == NULL)
        return;
    for (size_t at = 0; at + sizeof(struct cmsghdr) <= used && used <= sizeof receiving->room;) {
        const struct cmsghdr *header = (const struct cmsghdr *)(receiving->room + at);
        if (header->cmsg_len < sizeof *header)
            break;
        say("  %s", header_text(header, used - at));
        at += CMSG_ALIGN(header->cmsg_len);
    }
}

static int any_receive_flags(void) {
    static const int FLAGS[] = {0, 0, 0, 0, MSG_PEEK, MSG_PEEK, MSG_TRUNC, MSG_ERRQUEUE, MSG_ERRQUEUE, MSG_ERRQUEUE | MSG_PEEK, MSG_CMSG_CLOEXEC, MSG_PEEK | MSG_TRUNC};
    return ANY_OF(FLAGS);
}

static void receive_message(struct end *end) {
    struct receiving receiving;
    struct msghdr message;
    char call[40];
    int flags = any_receive_flags();
    any_receiving(&receiving, &message);
    long result = recvmsg(end->fd, &message, flags | MSG_DONTWAIT);
    snprintf(call, sizeof call, "recvmsg(%#x)", (unsigned)flags);
    tell(end, call, result, "");
    if (result >= 0)
        show_received(&receiving, &message, result);
    else
        say("  %s, control %zu", receiving.text, (size_t)message.msg_controllen);
}

static void receive_messages(struct end *end) {
    struct receiving receivings[MOST_MESSAGES];
    struct mmsghdr messages[MOST_MESSAGES] = {0};
    unsigned count = 1 + any_below(MOST_MESSAGES);
    char call[40];
    int flags = any_receive_flags();
    for (unsigned i = 0; i < count; i++)
        any_receiving(&receivings[i], &messages[i].msg_hdr);
    long result = recvmmsg(end->fd, messages, count, flags | MSG_DONTWAIT, NULL);
    snprintf(call, sizeof call, "recvmmsg(%u, %#x)", count, (unsigned)flags);
    tell(end, call, result, "");
    for (long i = 0; i < result; i++)
        show_received(&receivings[i], &messages[i].msg_hdr, messages[i].msg_len);
}

static void receive_plainly(struct end *end) {
    char data[MOST_DATA];
    ssize_t received = recv(end->fd, data, sizeof data, MSG_DONTWAIT);
    tell(end, "recv", received, received > 0 ? bytes_text(data, received) : "");
}

static void switch_option(struct end *end) {
    static const struct {
        int level, name;
        const char *text;
    } OPTIONS[] = {
        {IPPROTO_IP, IP_PKTINFO, "IP_PKTINFO"},
        {IPPROTO_IP, IP_RECVTTL, "IP_RECVTTL"},
        {IPPROTO_IP, IP_RECVTOS, "IP_RECVTOS"},
        {IPPROTO_IP, IP_RECVORIGDSTADDR, "IP_RECVORIGDSTADDR"},
        {IPPROTO_IP, IP_RECVERR, "IP_RECVERR"},
        {IPPROTO_IP, IP_RECVERR, "IP_RECVERR"},
        {IPPROTO_IP, IP_RETOPTS, "IP_RETOPTS"},
        {IPPROTO_IP, IP_RECVOPTS, "IP_RECVOPTS"},
        {IPPROTO_IP, 25, "IP_RECVFRAGSIZE"},
        {IPPROTO_IPV6, IPV6_RECVPKTINFO, "IPV6_RECVPKTINFO"},
        {IPPROTO_IPV6, IPV6_RECVHOPLIMIT, "IPV6_RECVHOPLIMIT"},
        {IPPROTO_IPV6, IPV6_RECVTCLASS, "IPV6_RECVTCLASS"},
        {IPPROTO_IPV6, IPV6_RECVERR, "IPV6_RECVERR"},
        {IPPROTO_IPV6, IPV6_RECVERR, "IPV6_RECVERR"},
        {IPPROTO_IPV6, 2, "IPV6_2292PKTINFO"},
        {IPPROTO_IPV6, 8, "IPV6_2292HOPLIMIT"},
        {IPPROTO_IPV6, 74, "IPV6_RECVORIGDSTADDR"},
        {IPPROTO_IPV6, 77, "IPV6_RECVFRAGSIZE"},
        {SOL_SOCKET, SO_TIMESTAMP, "SO_TIMESTAMP"},
        {SOL_SOCKET, SO_TIMESTAMPNS, "SO_TIMESTAMPNS"},
        {SOL_SOCKET, 63, "SO_TIMESTAMP_NEW"},
        {SOL_SOCKET, 64, "SO_TIMESTAMPNS_NEW"},
        {SOL_SOCKET, SO_RXQ_OVFL, "SO_RXQ_OVFL"},
        {SOL_SOCKET, SO_PASSCRED, "SO_PASSCRED"},
        {IPPROTO_TCP, 36, "TCP_INQ"},
    };
    unsigned which = any_below(sizeof OPTIONS / sizeof *OPTIONS);
    int on = any_below(3) != 0;
    bool is_error = OPTIONS[which].level != SOL_SOCKET && OPTIONS[which].name == (OPTIONS[which].level == IPPROTO_IP ? IP_RECVERR : IPV6_RECVERR);
    bool is_about_packets = OPTIONS[which].level != SOL_SOCKET && OPTIONS[which].level != IPPROTO_TCP && !is_error;
    char call[60];
    /* What waits already does not tell, and nor does an error: docs/limits.md. */
    if (is_about_packets && (tells[index_of(end)] == ERRORS || poll(&(struct pollfd){.fd = end->fd, .events = POLLIN}, 1, 0) != 0))
        return;
    if (is_error && tells[index_of(end)] == PACKETS)
        return;
    if (!is_tcp(end) && (is_error || is_about_packets))
        tells[index_of(end)] = is_error ? ERRORS : PACKETS;
    snprintf(call, sizeof call, "%s(%d)", OPTIONS[which].text, on);
    tell(end, call, set_int(end->fd, OPTIONS[which].level, OPTIONS[which].name, on), "");
}

static void set_number(struct end *end) {
    static const struct {
        int level, name, values[4];
        const char *text;
    } OPTIONS[] = {
        {IPPROTO_IP, IP_TOS, {0, 4, 16, 255}, "IP_TOS"},
        {IPPROTO_IP, IP_TTL, {1, 64, 255, -1}, "IP_TTL"},
        {IPPROTO_IPV6, IPV6_TCLASS, {0, 8, 255, -1}, "IPV6_TCLASS"},
        {IPPROTO_IPV6, IPV6_UNICAST_HOPS, {1, 64, 255, -1}, "IPV6_UNICAST_HOPS"},
        {IPPROTO_UDP, 103, {0, 0, 20, 90}, "UDP_SEGMENT"},
    };
    unsigned which = any_below(sizeof OPTIONS / sizeof *OPTIONS);
    int value = ANY_OF(OPTIONS[which].values);
    char call[60];
    snprintf(call, sizeof call, "%s(%d)", OPTIONS[which].text, value);
    tell(end, call, set_int(end->fd, OPTIONS[which].level, OPTIONS[which].name, value), "");
}

static void connect_it(struct end *end) {
    socklen_t length;
    char call[100] = "connect to ";
    if (is_tcp(end) || any_below(3) == 0)
        return;
    const struct sockaddr *to = any_target(end, &length, call + strlen(call), sizeof call - strlen(call));
    bool is_mapped = strstr(call, "::ffff:") != NULL;
    /* A second one, to the other family: docs/limits.md. */
    if (connected[index_of(end)] == (is_mapped ? 6 : 4) && family[index_of(end)] == AF_INET6)
        return;
    connected[index_of(end)] = is_mapped ? 4 : 6;
    tell(end, call, connect(end->fd, to, length), "");
}

static void shut(struct end *end) {
    if (any_below(10) == 0)
        tell(end, "SHUT_WR", shutdown(end->fd, SHUT_WR), "");
}

static call_on *const CALLS[] = {
    send_message,    send_message,    send_message,    send_message,  send_messages, receive_message, receive_message, receive_message,
    receive_message, receive_message, receive_messages, receive_plainly, switch_option, switch_option, switch_option,   switch_option,
    set_number,      connect_it,      ask_poll,        ask_unread,    ask_error,     shut,
};

static void open_datagram(int i) {
    static const char *const PLACES6[] = {"::1", "::", "::", "::ffff:127.0.0.1"};
    family[i] = any_below(2) != 0 ? AF_INET : AF_INET6;
    int fd = (int)MUST(socket(family[i], SOCK_DGRAM | SOCK_NONBLOCK, 0));
    const char *place = family[i] == AF_INET ? (any_below(2) != 0 ? "127.0.0.1" : "0.0.0.0") : ANY_OF(PLACES6);
    if (family[i] == AF_INET6)
        MUST(set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, strcmp(place, "::ffff:127.0.0.1") != 0 && any_below(4) == 0));
    MUST(bind(fd, family[i] == AF_INET ? address4(place, FIRST_PORT + i) : address6(place, FIRST_PORT + i), local_length(family[i])));
    ends[i].fd = fd;
    say("%c is at %s", ends[i].name, place);
}

static void a_round(unsigned number) {
    begin_again(number);
    say("connection %u", number);
    for (int i = 0; i < ENDS; i++)
        ends[i] = (struct end){.name = (char)('a' + i)};
    memset(connected, 0, sizeof connected);
    memset(tells, 0, sizeof tells);
    for (int i = 0; i < DATAGRAM_ENDS; i++)
        open_datagram(i);
    family[DATAGRAM_ENDS] = family[DATAGRAM_ENDS + 1] = any_below(2) != 0 ? AF_INET : AF_INET6;
    struct pair pair = tcp_pair(family[DATAGRAM_ENDS]);
    ends[DATAGRAM_ENDS].fd = pair.client;
    ends[DATAGRAM_ENDS + 1].fd = pair.server;
    MUST(set_int(pair.client, IPPROTO_TCP, TCP_NODELAY, 1));
    MUST(set_int(pair.server, IPPROTO_TCP, TCP_NODELAY, 1));
    for (unsigned left = 10 + any_below(MOST_CALLS - 10); left > 0; left--) {
        call_on *call = CALLS[any_below(sizeof CALLS / sizeof *CALLS)];
        call(&ends[any_below(ENDS + 4) % ENDS]);
        all_arrive();
    }
    for (int i = 0; i < ENDS; i++)
        MUST(close(ends[i].fd));
}

/* While a socket wants stamps, the kernel gives one to every packet; it begins a moment after it was asked to. */
static void want_stamps(void) {
    struct pair pair = udp_pair(AF_INET);
    char byte;
    MUST(set_int(pair.server, SOL_SOCKET, SO_TIMESTAMP, 1));
    MUST(send(pair.client, "", 1, 0));
    MUST(recv(pair.server, &byte, 1, 0));
    struct pair tcp = tcp_pair(AF_INET);
    MUST(set_int(tcp.server, SOL_SOCKET, SO_TIMESTAMP, 1));
    for (char stamps[256]; ;) {
        struct msghdr message = {.msg_iov = &(struct iovec){&byte, 1}, .msg_iovlen = 1, .msg_control = stamps, .msg_controllen = sizeof stamps};
        MUST(write(tcp.client, "x", 1));
        MUST(recvmsg(tcp.server, &message, 0));
        if (message.msg_controllen > 0)
            break;
    }
    MUST(close(tcp.client));
    MUST(close(tcp.server));
}

int main(int count, char **arguments) {
    unsigned first = count > 1 ? (unsigned)atoi(arguments[1]) : 0, rounds = count > 2 ? (unsigned)atoi(arguments[2]) : ROUNDS;
    prepare_barrier();
    want_stamps();
    for (unsigned number = first; number < first + rounds; number++)
        a_round(number);
}
