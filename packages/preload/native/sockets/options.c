#include "sockets/options.h"

#include "base/real.h"
#include "sockets/groups.h"
#include "sockets/stream.h"

#include <errno.h>
#include <linux/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <stddef.h>
#include <string.h>

/* Numbers that the C library's headers may be too old for. */
enum {
    OPT_IP_MINTTL = 21, OPT_IP_NODEFRAG = 22, OPT_IP_CHECKSUM = 23, OPT_IP_BIND_ADDRESS_NO_PORT = 24, OPT_IP_RECVFRAGSIZE = 25,
    OPT_IP_RECVERR_RFC4884 = 26, OPT_IP_LOCAL_PORT_RANGE = 51,
    OPT_IPV6_2292PKTINFO = 2, OPT_IPV6_2292HOPOPTS = 3, OPT_IPV6_2292DSTOPTS = 4, OPT_IPV6_2292RTHDR = 5, OPT_IPV6_2292HOPLIMIT = 8,
    OPT_IPV6_FLOWINFO = 11, OPT_IPV6_MULTICAST_ALL = 29, OPT_IPV6_ROUTER_ALERT_ISOLATE = 30, OPT_IPV6_RECVERR_RFC4884 = 31,
    OPT_IPV6_FLOWINFO_SEND = 33, OPT_IPV6_AUTOFLOWLABEL = 70, OPT_IPV6_ADDR_PREFERENCES = 72, OPT_IPV6_MINHOPCOUNT = 73,
    OPT_IPV6_RECVORIGDSTADDR = 74, OPT_IPV6_TRANSPARENT = 75, OPT_IPV6_UNICAST_IF = 76, OPT_IPV6_RECVFRAGSIZE = 77,
    OPT_IPV6_FREEBIND = 78,
    OPT_TCP_NOTSENT_LOWAT = 25, OPT_TCP_FASTOPEN_CONNECT = 30, OPT_TCP_FASTOPEN_NO_COOKIE = 34, OPT_TCP_TX_DELAY = 37,
    OPT_TCP_CC_INFO = 26, OPT_TCP_SAVE_SYN = 27,
    OPT_UDP_CORK = 1, OPT_UDP_NO_CHECK6_TX = 101, OPT_UDP_NO_CHECK6_RX = 102, OPT_UDP_SEGMENT = 103, OPT_UDP_GRO = 104,
    UDPLITE_SEND_CSCOV = 10, UDPLITE_RECV_CSCOV = 11,
    OPT_SO_BINDTOIFINDEX = 62, OPT_SO_PREFER_BUSY_POLL = 69,
};

enum kind { SWITCH, NUMBER };
enum who { TCP = 1, UDP = 2, BOTH = 3 };

/* An option that only has to be remembered, or that others ask for by its switch. */
struct option {
    int level, name;
    enum kind kind;
    enum who who;
    int initial;
    int minimum, maximum;
    uint8_t offset, width; /* of a NUMBER in struct sw_options */
    uint8_t which;         /* of a SWITCH */
    int reset;             /* a value below `minimum` that brings the default back; 1 for none */
};

#define FIELD(member) offsetof(struct sw_options, member), sizeof(((struct sw_options *)0)->member)
#define OTHER(n) (SW_SWITCH_OTHERS + (n))
#define ON_OFF(level, name, who, initial, which) {level, name, SWITCH, who, initial, 0, 1, 0, 0, which, 1}
#define VALUE(level, name, who, initial, minimum, maximum, member) {level, name, NUMBER, who, initial, minimum, maximum, FIELD(member), 0, 1}
#define VALUE_WITH_RESET(level, name, who, initial, minimum, maximum, member, reset)                                              \
    {level, name, NUMBER, who, initial, minimum, maximum, FIELD(member), 0, reset}

static const struct option OPTIONS[] = {
    ON_OFF(IPPROTO_IP, IP_RECVOPTS, BOTH, 0, OTHER(0)),
    ON_OFF(IPPROTO_IP, IP_RETOPTS, BOTH, 0, OTHER(1)),
    ON_OFF(IPPROTO_IP, IP_PKTINFO, BOTH, 0, SW_SWITCH_IP_PKTINFO),
    ON_OFF(IPPROTO_IP, IP_RECVTTL, BOTH, 0, SW_SWITCH_IP_RECVTTL),
    ON_OFF(IPPROTO_IP, IP_RECVTOS, BOTH, 0, SW_SWITCH_IP_RECVTOS),
    ON_OFF(IPPROTO_IP, IP_RECVERR, BOTH, 0, SW_SWITCH_IP_RECVERR),
    ON_OFF(IPPROTO_IP, IP_FREEBIND, BOTH, 0, OTHER(2)),
    ON_OFF(IPPROTO_IP, IP_RECVORIGDSTADDR, BOTH, 0, SW_SWITCH_IP_RECVORIGDSTADDR),
    ON_OFF(IPPROTO_IP, OPT_IP_CHECKSUM, BOTH, 0, OTHER(4)),
    ON_OFF(IPPROTO_IP, OPT_IP_BIND_ADDRESS_NO_PORT, BOTH, 0, OTHER(5)),
    ON_OFF(IPPROTO_IP, OPT_IP_RECVFRAGSIZE, UDP, 0, OTHER(6)),
    ON_OFF(IPPROTO_IP, OPT_IP_RECVERR_RFC4884, BOTH, 0, OTHER(7)),
    ON_OFF(IPPROTO_IP, IP_MULTICAST_LOOP, BOTH, 1, SW_SWITCH_IP_MULTICAST_LOOP),
    ON_OFF(IPPROTO_IP, IP_MULTICAST_ALL, BOTH, 1, SW_SWITCH_IP_MULTICAST_ALL),
    ON_OFF(IPPROTO_IP, IP_PASSSEC, BOTH, 0, OTHER(8)),
    VALUE(IPPROTO_IP, IP_TOS, BOTH, 0, 0, 255, tos),
    VALUE_WITH_RESET(IPPROTO_IP, IP_TTL, BOTH, 64, 1, 255, ttl, -1),
    VALUE(IPPROTO_IP, IP_MTU_DISCOVER, BOTH, 1, 0, 5, mtu_discover4),
    VALUE(IPPROTO_IP, OPT_IP_MINTTL, BOTH, 0, 0, 255, min_ttl),
    VALUE(IPPROTO_IP, OPT_IP_LOCAL_PORT_RANGE, BOTH, 0, INT32_MIN, INT32_MAX, port_range),

    ON_OFF(IPPROTO_IPV6, IPV6_RECVPKTINFO, BOTH, 0, SW_SWITCH_IPV6_RECVPKTINFO),
    ON_OFF(IPPROTO_IPV6, IPV6_RECVHOPLIMIT, BOTH, 0, SW_SWITCH_IPV6_RECVHOPLIMIT),
    ON_OFF(IPPROTO_IPV6, IPV6_RECVTCLASS, BOTH, 0, SW_SWITCH_IPV6_RECVTCLASS),
    ON_OFF(IPPROTO_IPV6, IPV6_MULTICAST_LOOP, BOTH, 1, SW_SWITCH_IPV6_MULTICAST_LOOP),
    ON_OFF(IPPROTO_IPV6, OPT_IPV6_MULTICAST_ALL, BOTH, 1, SW_SWITCH_IPV6_MULTICAST_ALL),
    ON_OFF(IPPROTO_IPV6, IPV6_RECVERR, BOTH, 0, SW_SWITCH_IPV6_RECVERR),
    ON_OFF(IPPROTO_IPV6, IPV6_RECVRTHDR, BOTH, 0, OTHER(9)),
    ON_OFF(IPPROTO_IPV6, IPV6_RECVHOPOPTS, BOTH, 0, OTHER(10)),
    ON_OFF(IPPROTO_IPV6, IPV6_RECVDSTOPTS, BOTH, 0, OTHER(11)),
    ON_OFF(IPPROTO_IPV6, IPV6_RECVPATHMTU, BOTH, 0, OTHER(12)),
    ON_OFF(IPPROTO_IPV6, IPV6_DONTFRAG, BOTH, 0, OTHER(13)),
    ON_OFF(IPPROTO_IPV6, OPT_IPV6_FREEBIND, BOTH, 0, OTHER(14)),
    ON_OFF(IPPROTO_IPV6, OPT_IPV6_RECVORIGDSTADDR, BOTH, 0, OTHER(15)),
    ON_OFF(IPPROTO_IPV6, OPT_IPV6_RECVFRAGSIZE, BOTH, 0, OTHER(16)),
    ON_OFF(IPPROTO_IPV6, OPT_IPV6_FLOWINFO_SEND, BOTH, 0, OTHER(17)),
    ON_OFF(IPPROTO_IPV6, OPT_IPV6_FLOWINFO, BOTH, 0, OTHER(18)),
    ON_OFF(IPPROTO_IPV6, OPT_IPV6_AUTOFLOWLABEL, BOTH, 1, OTHER(19)),
    ON_OFF(IPPROTO_IPV6, OPT_IPV6_RECVERR_RFC4884, BOTH, 0, OTHER(20)),
    ON_OFF(IPPROTO_IPV6, OPT_IPV6_2292PKTINFO, BOTH, 0, OTHER(21)),
    ON_OFF(IPPROTO_IPV6, OPT_IPV6_2292HOPLIMIT, BOTH, 0, OTHER(22)),
    VALUE_WITH_RESET(IPPROTO_IPV6, IPV6_UNICAST_HOPS, BOTH, 64, 0, 255, unicast_hops, -1),
    VALUE_WITH_RESET(IPPROTO_IPV6, IPV6_MULTICAST_HOPS, BOTH, 1, 0, 255, multicast_hops, -1),
    VALUE_WITH_RESET(IPPROTO_IPV6, IPV6_TCLASS, BOTH, 0, 0, 255, tclass, -1),
    VALUE(IPPROTO_IPV6, IPV6_MTU_DISCOVER, BOTH, 1, 0, 5, mtu_discover6),
    VALUE(IPPROTO_IPV6, OPT_IPV6_MINHOPCOUNT, BOTH, 0, 0, 255, min_hops),

    ON_OFF(IPPROTO_TCP, TCP_NODELAY, TCP, 0, OTHER(30)),
    ON_OFF(IPPROTO_TCP, TCP_CORK, TCP, 0, OTHER(31)),
    ON_OFF(IPPROTO_TCP, TCP_QUICKACK, TCP, 1, OTHER(32)),
    ON_OFF(IPPROTO_TCP, OPT_TCP_FASTOPEN_CONNECT, TCP, 0, OTHER(33)),
    ON_OFF(IPPROTO_TCP, OPT_TCP_FASTOPEN_NO_COOKIE, TCP, 0, OTHER(34)),
    ON_OFF(IPPROTO_TCP, TCP_THIN_LINEAR_TIMEOUTS, TCP, 0, OTHER(35)),
    VALUE(IPPROTO_TCP, TCP_KEEPIDLE, TCP, 7200, 1, 32767, keep_idle),
    VALUE(IPPROTO_TCP, TCP_KEEPINTVL, TCP, 75, 1, 32767, keep_interval),
    VALUE(IPPROTO_TCP, TCP_KEEPCNT, TCP, 9, 1, 127, keep_count),
    VALUE(IPPROTO_TCP, TCP_SYNCNT, TCP, 6, 1, 127, syn_count),
    VALUE(IPPROTO_TCP, TCP_LINGER2, TCP, 60, INT32_MIN, INT32_MAX, linger2),
    VALUE(IPPROTO_TCP, TCP_USER_TIMEOUT, TCP, 0, 0, INT32_MAX, user_timeout),
    VALUE(IPPROTO_TCP, TCP_WINDOW_CLAMP, TCP, 0, 0, INT32_MAX, window_clamp),
    VALUE(IPPROTO_TCP, OPT_TCP_NOTSENT_LOWAT, TCP, 0, INT32_MIN, INT32_MAX, notsent_lowat),
    VALUE(IPPROTO_TCP, TCP_FASTOPEN, TCP, 0, 0, INT32_MAX, fastopen),
    VALUE(IPPROTO_TCP, TCP_MAXSEG, TCP, 536, 88, 32767, max_segment),
    VALUE(IPPROTO_TCP, TCP_DEFER_ACCEPT, TCP, 0, INT32_MIN, INT32_MAX, defer_accept),

    /* The coverage of the checksum: nothing here is ever damaged on its way. */
    VALUE(IPPROTO_UDPLITE, UDPLITE_SEND_CSCOV, UDP, 0, 0, 65535, send_coverage),
    VALUE(IPPROTO_UDPLITE, UDPLITE_RECV_CSCOV, UDP, 0, 0, 65535, receive_coverage),
    ON_OFF(IPPROTO_UDP, OPT_UDP_CORK, UDP, 0, OTHER(40)),
    ON_OFF(IPPROTO_UDP, OPT_UDP_NO_CHECK6_TX, UDP, 0, OTHER(41)),
    ON_OFF(IPPROTO_UDP, OPT_UDP_NO_CHECK6_RX, UDP, 0, OTHER(42)),
    ON_OFF(IPPROTO_UDP, OPT_UDP_GRO, UDP, 0, OTHER(43)),
    VALUE(IPPROTO_UDP, OPT_UDP_SEGMENT, UDP, 0, 0, 65535, segment),
};

static const char *const CONGESTION[] = {"cubic", "reno"};

static const struct option *find_option(const struct sw_record *record, int level, int name) {
    enum who who = record->type == SOCK_STREAM ? TCP : UDP;
    if (level == IPPROTO_IPV6 && record->family != AF_INET6)
        return NULL;
    for (size_t i = 0; i < sizeof OPTIONS / sizeof *OPTIONS; i++)
        if (OPTIONS[i].level == level && OPTIONS[i].name == name)
            return (OPTIONS[i].who & who) != 0 ? &OPTIONS[i] : NULL;
    return NULL;
}

static int get_value(struct sw_record *record, const struct option *option) {
    struct sw_options *options = sw_options_of(record);
    if (option->kind == SWITCH)
        return (int)(options->switches >> option->which & 1);
    const char *field = (const char *)options + option->offset;
    int32_t wide;
    int16_t half;
    uint8_t narrow;
    switch (option->width) {
    case 1:
        memcpy(&narrow, field, 1);
        return narrow;
    case 2:
        memcpy(&half, field, 2);
        return option->maximum > INT16_MAX ? (uint16_t)half : half;
    default:
        memcpy(&wide, field, 4);
        return wide;
    }
}

static void put_value(struct sw_record *record, const struct option *option, int value) {
    struct sw_options *options = sw_options_of(record);
    if (option->kind == SWITCH) {
        uint64_t bit = 1ull << option->which;
        options->switches = value != 0 ? options->switches | bit : options->switches & ~bit;
        return;
    }
    char *field = (char *)options + option->offset;
    int32_t wide = value;
    int16_t half = (int16_t)value;
    uint8_t narrow = (uint8_t)value;
    memcpy(field, option->width == 1 ? (void *)&narrow : option->width == 2 ? (void *)&half : (void *)&wide, option->width);
}

void sw_options_start(struct sw_record *record) {
    enum who who = record->type == SOCK_STREAM ? TCP : UDP;
    for (size_t i = 0; i < sizeof OPTIONS / sizeof *OPTIONS; i++)
        if (OPTIONS[i].initial != 0 && (OPTIONS[i].who & who) != 0)
            put_value(record, &OPTIONS[i], OPTIONS[i].initial);
    sw_options_of(record)->multicast_ttl = 1;
    /* inet6_create() leaves out what inet_create() sets. */
    if (record->family == AF_INET6)
        sw_options_of(record)->switches &= ~(1ull << SW_SWITCH_IP_MULTICAST_ALL);
}

/* Options that the Unix socket itself keeps. TCP gives them to accepted sockets, AF_UNIX does not. */
static const int NATIVE[] = {SO_KEEPALIVE, SO_LINGER, SO_OOBINLINE, SO_RCVTIMEO, SO_SNDTIMEO, SO_RCVLOWAT, SO_TIMESTAMP};
_Static_assert(sizeof NATIVE / sizeof *NATIVE <= 8, "one bit each");

static void note_native(struct sw_record *record, int name) {
    for (unsigned i = 0; i < sizeof NATIVE / sizeof *NATIVE; i++)
        if (NATIVE[i] == name)
            sw_options_of(record)->native |= (uint8_t)(1u << i);
}

void sw_options_inherit(const struct sw_socket *listener, int fd, struct sw_record *record) {
    memcpy(record->options, listener->record->options, sizeof record->options);
    sw_record_set(record, atomic_load(&listener->record->flags) & (SW_V6ONLY | SW_REUSEADDR | SW_REUSEPORT | SW_LINGER_RESET));
    uint8_t native = sw_options_of(record)->native;
    for (unsigned i = 0; native != 0 && i < sizeof NATIVE / sizeof *NATIVE; i++) {
        char value[64];
        socklen_t length = sizeof value;
        if ((native >> i & 1) != 0 && sw_real.getsockopt(listener->fd, SOL_SOCKET, NATIVE[i], value, &length) == 0)
            sw_real.setsockopt(fd, SOL_SOCKET, NATIVE[i], value, length);
    }
}

/* Copies an int out as TCP, UDP and IPv6 do: as much of it as there is room for. */
static int give_int(int answer, void *value, socklen_t *length) {
    if ((int)*length < 0)
        return -EINVAL;
    socklen_t size = *length < sizeof answer ? *length : (socklen_t)sizeof answer;
    if (value == NULL && size > 0)
        return -EFAULT;
    memcpy(value, &answer, size);
    *length = size;
    return 0;
}

/* ip_getsockopt(): a value of one byte fits into a short buffer. */
static int give_ip_int(int answer, void *value, socklen_t *length) {
    if ((int)*length > 0 && *length < sizeof answer && answer >= 0 && answer <= 255) {
        *(uint8_t *)value = (uint8_t)answer;
        *length = 1;
        return 0;
    }
    return give_int(answer, value, length);
}

static int give_bytes(const void *answer, socklen_t size, void *value, socklen_t *length) {
    if ((int)*length < 0)
        return -EINVAL;
    if (*length < size)
        size = *length;
    memcpy(value, answer, size);
    *length = size;
    return 0;
}

static int native_get(const struct sw_socket *socket, int level, int name, void *value, socklen_t *length) {
    return sw_real.getsockopt(socket->fd, level, name, value, length) == 0 ? 0 : -errno;
}

static int native_set(const struct sw_socket *socket, int level, int name, const void *value, socklen_t length) {
    return sw_real.setsockopt(socket->fd, level, name, value, length) == 0 ? 0 : -errno;
}

static const char *device_name(unsigned index) {
    return index == 1 ? "lo" : index == 2 ? "eth0" : "";
}

/* The options of SOL_SOCKET whose answer differs from the Unix socket's. */
static int get_socket_option(struct sw_socket *socket, int name, void *value, socklen_t *length) {
    struct sw_record *record = socket->record;
    struct sw_options *options = sw_options_of(record);
    bool tcp = record->type == SOCK_STREAM;
    switch (name) {
    case SO_DOMAIN:
        return give_int(record->family, value, length);
    case SO_PROTOCOL:
        return give_int(tcp ? IPPROTO_TCP : sw_record_has(record, SW_UDP_LITE) ? IPPROTO_UDPLITE : IPPROTO_UDP, value, length);
    case SO_TYPE:
        return give_int(record->type, value, length);
    case SO_REUSEADDR:
        return give_int(sw_record_has(record, SW_REUSEADDR), value, length);
    case SO_REUSEPORT:
        return give_int(sw_record_has(record, SW_REUSEPORT), value, length);
    case SO_ERROR: {
        int pending = sw_pending_error(socket);
        if (pending != 0)
            return give_int(pending, value, length);
        int result = native_get(socket, SOL_SOCKET, name, value, length), error = 0;
        if (result == 0 && tcp && *length == sizeof error && memcpy(&error, value, sizeof error) != NULL && error == ECONNRESET)
            sw_stream_was_reset(record);
        return result;
    }
    case SO_SNDBUF:
        if (options->send_buffer != 0 || tcp)
            return give_int(options->send_buffer != 0 ? options->send_buffer : 16384, value, length);
        return native_get(socket, SOL_SOCKET, name, value, length);
    case SO_RCVBUF:
        if (options->receive_buffer != 0 || tcp)
            return give_int(options->receive_buffer != 0 ? options->receive_buffer : 131072, value, length);
        return native_get(socket, SOL_SOCKET, name, value, length);
    case SO_PEERCRED: {
        static const struct {
            int pid;
            unsigned uid, gid;
        } NOBODY = {0, (unsigned)-1, (unsigned)-1};
        return give_bytes(&NOBODY, sizeof NOBODY, value, length);
    }
    case SO_PEERNAME: {
        if (!sw_record_has(record, SW_CONNECTED))
            return -ENOTCONN;
        if (*length > sw_address_size(record->family))
            return -EINVAL;
        socklen_t asked = *length;
        sw_address_write(&record->peer, record->family, value, length);
        *length = asked;
        return 0;
    }
    case SO_PASSCRED:
    case SO_PASSSEC:
        return -EOPNOTSUPP;
    case SO_BINDTODEVICE: {
        const char *device = device_name(options->bound_device);
        if (*device == '\0') {
            *length = 0;
            return 0;
        }
        if (*length < IFNAMSIZ)
            return -EINVAL;
        return give_bytes(device, (socklen_t)strlen(device) + 1, value, length);
    }
    case OPT_SO_BINDTOIFINDEX:
        return give_int(options->bound_device, value, length);
    default:
        return native_get(socket, SOL_SOCKET, name, value, length);
    }
}

static int set_flag(struct sw_record *record, uint32_t flag, const void *value, socklen_t length) {
    int on;
    if (length < sizeof on)
        return -EINVAL;
    if (value == NULL)
        return -EFAULT;
    memcpy(&on, value, sizeof on);
    if (on != 0)
        sw_record_set(record, flag);
    else
        sw_record_clear(record, flag);
    return 0;
}

/* SO_SNDBUF and SO_RCVBUF. A larger send buffer makes a Unix stream slower and changes nothing else, so only a smaller one reaches it. */
static int set_buffer(struct sw_socket *socket, int name, const void *value, socklen_t length) {
    int before = 0, after = 0;
    socklen_t size = sizeof before;
    native_get(socket, SOL_SOCKET, name, &before, &size);
    int result = native_set(socket, SOL_SOCKET, name, value, length);
    if (result < 0)
        return result;
    native_get(socket, SOL_SOCKET, name, &after, &size);
    struct sw_options *options = sw_options_of(socket->record);
    *(name == SO_SNDBUF ? &options->send_buffer : &options->receive_buffer) = after;
    if (after > before) {
        int half = before / 2;
        native_set(socket, SOL_SOCKET, name, &half, sizeof half);
    }
    return 0;
}

static int set_device(struct sw_record *record, const char *value, socklen_t length) {
    char device[IFNAMSIZ] = "";
    memcpy(device, value, length < IFNAMSIZ - 1 ? length : IFNAMSIZ - 1);
    uint8_t index = 0;
    if (strcmp(device, "lo") == 0)
        index = 1;
    else if (strcmp(device, "eth0") == 0)
        index = 2;
    else if (device[0] != '\0')
        return -ENODEV;
    sw_options_of(record)->bound_device = index;
    return 0;
}

static int set_socket_option(struct sw_socket *socket, int name, const void *value, socklen_t length) {
    struct sw_record *record = socket->record;
    switch (name) {
    case SO_REUSEADDR:
        return set_flag(record, SW_REUSEADDR, value, length);
    case SO_REUSEPORT:
        return set_flag(record, SW_REUSEPORT, value, length);
    case SO_TYPE:
    case SO_DOMAIN:
    case SO_PROTOCOL:
    case SO_ERROR:
        return length < sizeof(int) ? -EINVAL : -ENOPROTOOPT;
    case SO_SNDBUF:
    case SO_RCVBUF:
        return set_buffer(socket, name, value, length);
    case SO_PASSCRED:
    case SO_PASSSEC:
        return length < sizeof(int) ? -EINVAL : -EOPNOTSUPP;
    case SO_BINDTODEVICE:
        if (value == NULL && length > 0)
            return -EFAULT;
        return set_device(record, value, length);
    case OPT_SO_BINDTOIFINDEX: {
        int index;
        if (length < sizeof index)
            return -EINVAL;
        memcpy(&index, value, sizeof index);
        if (index < 0 || index > 2)
            return index < 0 ? -EINVAL : -ENODEV;
        sw_options_of(record)->bound_device = (uint8_t)index;
        return 0;
    }
    case SO_LINGER: {
        int result = native_set(socket, SOL_SOCKET, name, value, length);
        if (result < 0)
            return result;
        struct linger linger;
        memcpy(&linger, value, sizeof linger);
        if (linger.l_onoff != 0 && linger.l_linger == 0)
            sw_record_set(record, SW_LINGER_RESET);
        else
            sw_record_clear(record, SW_LINGER_RESET);
        note_native(record, name);
        return 0;
    }
    default:
        note_native(record, name);
        return native_set(socket, SOL_SOCKET, name, value, length);
    }
}

/* struct tcp_info as far as this kernel's header goes; a short buffer gets its beginning. */
static int get_tcp_info(const struct sw_socket *socket, void *value, socklen_t *length) {
    struct tcp_info info = {0};
    info.tcpi_state = sw_stream_state(socket);
    if (info.tcpi_state == TCP_ESTABLISHED || info.tcpi_state == TCP_CLOSE_WAIT || info.tcpi_state == TCP_FIN_WAIT2) {
        info.tcpi_options = TCPI_OPT_TIMESTAMPS | TCPI_OPT_SACK | TCPI_OPT_WSCALE;
        info.tcpi_snd_wscale = info.tcpi_rcv_wscale = 7;
        info.tcpi_rto = 201000;
        info.tcpi_rtt = 30;
        info.tcpi_rttvar = 15;
        info.tcpi_snd_mss = info.tcpi_rcv_mss = info.tcpi_advmss = 65483;
        info.tcpi_pmtu = 65535;
        info.tcpi_rcv_ssthresh = 65483;
        info.tcpi_rcv_space = 65483;
    } else {
        info.tcpi_rto = 1000000;
        info.tcpi_rttvar = 250000;
        info.tcpi_snd_mss = 536;
    }
    info.tcpi_ato = 40000;
    info.tcpi_snd_cwnd = 10;
    info.tcpi_snd_ssthresh = 0x7fffffff;
    info.tcpi_reordering = 3;
    return give_bytes(&info, sizeof info, value, length);
}

/* tcp(7): TCP_DEFER_ACCEPT counts in retransmissions, so it is read back rounded up to 1, 3, 7, 15, … seconds. */
static int rounded_defer_accept(int seconds) {
    int rounded = 0;
    for (int step = 1; rounded < seconds && step <= 1 << 20; step *= 2)
        rounded += step < 120 ? step : 120;
    return rounded;
}

static int get_tcp_option(struct sw_socket *socket, int name, void *value, socklen_t *length) {
    switch (name) {
    case TCP_INFO:
        return get_tcp_info(socket, value, length);
    case TCP_CONGESTION: {
        char text[16] = "";
        strcpy(text, CONGESTION[sw_options_of(socket->record)->congestion % 2]);
        return give_bytes(text, sizeof text, value, length);
    }
    case TCP_ULP:
        *length = 0;
        return 0;
    case TCP_MAXSEG:
        if (sw_record_has(socket->record, SW_CONNECTED))
            return give_int(32741, value, length);
        break;
    default:
        break;
    }
    const struct option *option = find_option(socket->record, IPPROTO_TCP, name);
    return option == NULL ? -ENOPROTOOPT : give_int(get_value(socket->record, option), value, length);
}

static int get_ip_option(struct sw_socket *socket, int name, void *value, socklen_t *length) {
    struct sw_record *record = socket->record;
    struct sw_options *options = sw_options_of(record);
    switch (name) {
    case IP_OPTIONS:
        *length = 0;
        return 0;
    case IP_MTU:
        if (!sw_record_has(record, SW_CONNECTED))
            return -ENOTCONN;
        return give_ip_int(sw_stream_mtu(socket), value, length);
    case IP_MULTICAST_TTL:
        return give_ip_int(options->multicast_ttl, value, length);
    case IP_MULTICAST_IF:
        return give_bytes(options->multicast_if4, sizeof options->multicast_if4, value, length);
    case IP_UNICAST_IF:
        return give_ip_int(options->unicast_if4, value, length);
    case IP_TRANSPARENT:
    case IP_HDRINCL:
    case OPT_IP_NODEFRAG:
        return give_ip_int(0, value, length);
    default: {
        const struct option *option = find_option(record, IPPROTO_IP, name);
        return option == NULL ? -ENOPROTOOPT : give_ip_int(get_value(record, option), value, length);
    }
    }
}

static int get_ipv6_option(struct sw_socket *socket, int name, void *value, socklen_t *length) {
    struct sw_record *record = socket->record;
    struct sw_options *options = sw_options_of(record);
    switch (name) {
    case IPV6_V6ONLY:
        return give_int(sw_record_has(record, SW_V6ONLY), value, length);
    case IPV6_MTU:
        if (!sw_record_has(record, SW_CONNECTED))
            return -ENOTCONN;
        return give_int(sw_stream_mtu(socket), value, length);
    case IPV6_MULTICAST_IF:
        return give_int(options->multicast_if6, value, length);
    case OPT_IPV6_UNICAST_IF:
        return give_int(options->unicast_if6, value, length);
    case OPT_IPV6_TRANSPARENT:
        return give_int(0, value, length);
    case OPT_IPV6_ADDR_PREFERENCES:
        return give_int(options->preferences == 0 ? 0x0102 : options->preferences, value, length);
    default: {
        const struct option *option = find_option(record, IPPROTO_IPV6, name);
        return option == NULL ? -ENOPROTOOPT : give_int(get_value(record, option), value, length);
    }
    }
}

int sw_getsockopt(struct sw_socket *socket, int level, int name, void *value, socklen_t *length) {
    if (length == NULL)
        return -EFAULT;
    struct sw_record *record = socket->record;
    if (level == SOL_SOCKET)
        return get_socket_option(socket, name, value, length);
    /* do_ipv6_getsockopt() compares the length unsigned. */
    if ((int)*length < 0 && !(level == IPPROTO_IPV6 && record->family == AF_INET6 && value != NULL && (*length = sizeof(int)) != 0))
        return -EINVAL;
    if (level == IPPROTO_IP)
        return get_ip_option(socket, name, value, length);
    if (level == IPPROTO_IPV6 && record->family == AF_INET6)
        return get_ipv6_option(socket, name, value, length);
    if (level == IPPROTO_TCP && record->type == SOCK_STREAM)
        return get_tcp_option(socket, name, value, length);
    if ((level == IPPROTO_UDP || (level == IPPROTO_UDPLITE && sw_record_has(record, SW_UDP_LITE))) && record->type == SOCK_DGRAM) {
        const struct option *option = find_option(record, level, name);
        return option == NULL ? -ENOPROTOOPT : give_int(get_value(record, option), value, length);
    }
    return record->family == AF_INET6 ? -ENOPROTOOPT : -EOPNOTSUPP;
}

/* ip_setsockopt() takes a single byte where the others want an int. */
static int take_int(int level, const void *value, socklen_t length, int *taken) {
    if (length >= sizeof *taken) {
        if (value == NULL)
            return -EFAULT;
        memcpy(taken, value, sizeof *taken);
        return 0;
    }
    if (level == IPPROTO_IP && length >= 1) {
        if (value == NULL)
            return -EFAULT;
        *taken = *(const uint8_t *)value;
        return 0;
    }
    return -EINVAL;
}

static int set_plain(struct sw_record *record, int level, int name, const void *value, socklen_t length) {
    const struct option *option = find_option(record, level, name);
    if (option == NULL)
        return -ENOPROTOOPT;
    int wanted;
    int result = take_int(level, value, length, &wanted);
    if (result < 0)
        return result;
    if (option->kind == SWITCH) {
        put_value(record, option, wanted != 0);
        return 0;
    }
    if (option->reset != 1 && wanted == option->reset)
        wanted = option->initial;
    if (level == IPPROTO_IP && name == IP_TOS)
        wanted &= record->type == SOCK_STREAM ? 0xfc : 0xff;
    if (wanted < option->minimum || wanted > option->maximum)
        return -EINVAL;
    if (level == IPPROTO_TCP && name == TCP_DEFER_ACCEPT)
        wanted = rounded_defer_accept(wanted);
    put_value(record, option, wanted);
    return 0;
}

static int set_tcp_option(struct sw_socket *socket, int name, const void *value, socklen_t length) {
    struct sw_record *record = socket->record;
    if (name == TCP_CONGESTION) {
        char text[16] = "";
        if (length < 1)
            return -EINVAL;
        memcpy(text, value, length < sizeof text - 1 ? length : sizeof text - 1);
        for (uint8_t i = 0; i < sizeof CONGESTION / sizeof *CONGESTION; i++)
            if (strcmp(text, CONGESTION[i]) == 0) {
                sw_options_of(record)->congestion = i;
                return 0;
            }
        return -ENOENT;
    }
    if (name == TCP_ULP)
        return length < 1 ? -EINVAL : -ENOENT;
    if (length < sizeof(int))
        return -EINVAL;
    if (name == OPT_TCP_FASTOPEN_CONNECT && sw_record_has(record, SW_CONNECTED | SW_LISTENING))
        return -EINVAL;
    if (name == TCP_FASTOPEN && !sw_record_has(record, SW_LISTENING) && sw_record_has(record, SW_CONNECTED))
        return -EINVAL;
    return set_plain(record, IPPROTO_TCP, name, value, length);
}

static int set_ip_option(struct sw_socket *socket, int name, const void *value, socklen_t length) {
    struct sw_record *record = socket->record;
    struct sw_options *options = sw_options_of(record);
    int wanted, result;
    switch (name) {
    case IP_OPTIONS:
        return length > 40 ? -EINVAL : 0;
    case IP_MULTICAST_TTL:
        if (record->type == SOCK_STREAM)
            return -EINVAL;
        result = take_int(IPPROTO_IP, value, length, &wanted);
        if (result < 0)
            return result;
        if (wanted < -1 || wanted > 255)
            return -EINVAL;
        options->multicast_ttl = wanted == -1 ? 1 : (uint8_t)wanted;
        return 0;
    case IP_UNICAST_IF:
        result = take_int(IPPROTO_IP, value, length, &wanted);
        if (result == 0)
            options->unicast_if4 = wanted;
        return result;
    case IP_TRANSPARENT:
        result = take_int(IPPROTO_IP, value, length, &wanted);
        return result < 0 ? result : wanted != 0 ? -EPERM : 0;
    case IP_MULTICAST_IF:
    case IP_ADD_MEMBERSHIP:
    case IP_DROP_MEMBERSHIP:
    case IP_ADD_SOURCE_MEMBERSHIP:
    case IP_DROP_SOURCE_MEMBERSHIP:
    case IP_BLOCK_SOURCE:
    case IP_UNBLOCK_SOURCE:
    case MCAST_JOIN_GROUP:
    case MCAST_LEAVE_GROUP:
    case MCAST_JOIN_SOURCE_GROUP:
    case MCAST_LEAVE_SOURCE_GROUP:
        return sw_groups_setsockopt(socket, IPPROTO_IP, name, value, length);
    case IP_TOS:
        return length == 0 ? 0 : set_plain(record, IPPROTO_IP, name, value, length);
    default:
        return set_plain(record, IPPROTO_IP, name, value, length);
    }
}

static int set_ipv6_option(struct sw_socket *socket, int name, const void *value, socklen_t length) {
    struct sw_record *record = socket->record;
    struct sw_options *options = sw_options_of(record);
    int wanted, result;
    switch (name) {
    case IPV6_V6ONLY:
        if (length < sizeof(int) || sw_record_has(record, SW_NAMED))
            return -EINVAL;
        return set_flag(record, SW_V6ONLY, value, length);
    case OPT_IPV6_UNICAST_IF:
        result = take_int(IPPROTO_IPV6, value, length, &wanted);
        if (result == 0)
            options->unicast_if6 = wanted;
        return result;
    case OPT_IPV6_TRANSPARENT:
        result = take_int(IPPROTO_IPV6, value, length, &wanted);
        return result < 0 ? result : wanted != 0 ? -EPERM : 0;
    case IPV6_MTU:
        /* Where datagrams are cut into fragments, of which there are none here. */
        result = take_int(IPPROTO_IPV6, value, length, &wanted);
        return result < 0 ? result : wanted != 0 && wanted < 1280 ? -EINVAL : 0;
    case IPV6_MULTICAST_HOPS:
        if (record->type == SOCK_STREAM)
            return -ENOPROTOOPT;
        return set_plain(record, IPPROTO_IPV6, name, value, length);
    case OPT_IPV6_ADDR_PREFERENCES:
        return take_int(IPPROTO_IPV6, value, length, &wanted);
    case IPV6_MULTICAST_IF:
    case IPV6_ADD_MEMBERSHIP:
    case IPV6_DROP_MEMBERSHIP:
    case IPV6_JOIN_ANYCAST:
    case IPV6_LEAVE_ANYCAST:
    case MCAST_JOIN_GROUP:
    case MCAST_LEAVE_GROUP:
    case MCAST_JOIN_SOURCE_GROUP:
    case MCAST_LEAVE_SOURCE_GROUP:
        return sw_groups_setsockopt(socket, IPPROTO_IPV6, name, value, length);
    default:
        return set_plain(record, IPPROTO_IPV6, name, value, length);
    }
}

int sw_setsockopt(struct sw_socket *socket, int level, int name, const void *value, socklen_t length) {
    struct sw_record *record = socket->record;
    if ((int)length < 0)
        return -EINVAL;
    if (level == SOL_SOCKET)
        return set_socket_option(socket, name, value, length);
    if (level == IPPROTO_IP)
        return set_ip_option(socket, name, value, length);
    if (level == IPPROTO_IPV6 && record->family == AF_INET6)
        return set_ipv6_option(socket, name, value, length);
    if (level == IPPROTO_TCP && record->type == SOCK_STREAM)
        return set_tcp_option(socket, name, value, length);
    if ((level == IPPROTO_UDP || (level == IPPROTO_UDPLITE && sw_record_has(record, SW_UDP_LITE))) && record->type == SOCK_DGRAM)
        return set_plain(record, level, name, value, length);
    return -ENOPROTOOPT;
}
