#include "sockets/option_table.h"

#include "sockets/option_values.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <stddef.h>
#include <string.h>

#define FIELD(member) offsetof(struct sw_options, member), sizeof(((struct sw_options *)0)->member)
#define OTHER(n) (SW_SWITCH_OTHERS + (n))
#define ON_OFF(level, name, who, initial, which) {level, name, SW_OPTION_SWITCH, SW_OPTION_OF_##who, initial, 0, 1, 0, 0, which, 1}
/* Takes 0 and 1 alone, where others take any number for "on". */
#define STRICT(level, name, who, initial, which) {level, name, SW_OPTION_STRICT, SW_OPTION_OF_##who, initial, 0, 1, 0, 0, which, 1}
#define VALUE(level, name, who, initial, minimum, maximum, member) {level, name, SW_OPTION_NUMBER, SW_OPTION_OF_##who, initial, minimum, maximum, FIELD(member), 0, 1}
#define VALUE_WITH_RESET(level, name, who, initial, minimum, maximum, member, reset)                                              \
    {level, name, SW_OPTION_NUMBER, SW_OPTION_OF_##who, initial, minimum, maximum, FIELD(member), 0, reset}

static const struct sw_option OPTIONS[] = {
    ON_OFF(IPPROTO_IP, IP_RECVOPTS, BOTH, 0, OTHER(0)),
    ON_OFF(IPPROTO_IP, IP_RETOPTS, BOTH, 0, OTHER(1)),
    ON_OFF(IPPROTO_IP, IP_PKTINFO, BOTH, 0, SW_SWITCH_IP_PKTINFO),
    ON_OFF(IPPROTO_IP, IP_RECVTTL, BOTH, 0, SW_SWITCH_IP_RECVTTL),
    ON_OFF(IPPROTO_IP, IP_RECVTOS, BOTH, 0, SW_SWITCH_IP_RECVTOS),
    ON_OFF(IPPROTO_IP, IP_RECVERR, BOTH, 0, SW_SWITCH_IP_RECVERR),
    ON_OFF(IPPROTO_IP, IP_FREEBIND, BOTH, 0, SW_SWITCH_FREEBIND),
    ON_OFF(IPPROTO_IP, IP_RECVORIGDSTADDR, BOTH, 0, SW_SWITCH_IP_RECVORIGDSTADDR),
    ON_OFF(IPPROTO_IP, OPT_IP_CHECKSUM, BOTH, 0, OTHER(4)),
    ON_OFF(IPPROTO_IP, OPT_IP_BIND_ADDRESS_NO_PORT, BOTH, 0, SW_SWITCH_BIND_NO_PORT),
    ON_OFF(IPPROTO_IP, OPT_IP_RECVFRAGSIZE, UDP, 0, OTHER(6)),
    STRICT(IPPROTO_IP, OPT_IP_RECVERR_RFC4884, BOTH, 0, OTHER(7)),
    ON_OFF(IPPROTO_IP, IP_MULTICAST_LOOP, BOTH, 1, SW_SWITCH_IP_MULTICAST_LOOP),
    STRICT(IPPROTO_IP, IP_MULTICAST_ALL, BOTH, 1, SW_SWITCH_IP_MULTICAST_ALL),
    ON_OFF(IPPROTO_IP, IP_PASSSEC, BOTH, 0, OTHER(8)),
    VALUE(IPPROTO_IP, IP_TOS, BOTH, 0, 0, 255, tos),
    VALUE_WITH_RESET(IPPROTO_IP, IP_TTL, BOTH, 64, 1, 255, ttl, -1),
    VALUE(IPPROTO_IP, IP_MTU_DISCOVER, BOTH, 1, 0, 5, mtu_discover4),
    VALUE(IPPROTO_IP, OPT_IP_MINTTL, BOTH, 0, 0, 255, min_ttl),
    VALUE(IPPROTO_IP, OPT_IP_LOCAL_PORT_RANGE, BOTH, 0, INT32_MIN, INT32_MAX, port_range),

    ON_OFF(IPPROTO_IPV6, IPV6_RECVPKTINFO, BOTH, 0, SW_SWITCH_IPV6_RECVPKTINFO),
    ON_OFF(IPPROTO_IPV6, IPV6_RECVHOPLIMIT, BOTH, 0, SW_SWITCH_IPV6_RECVHOPLIMIT),
    ON_OFF(IPPROTO_IPV6, IPV6_RECVTCLASS, BOTH, 0, SW_SWITCH_IPV6_RECVTCLASS),
    STRICT(IPPROTO_IPV6, IPV6_MULTICAST_LOOP, BOTH, 1, SW_SWITCH_IPV6_MULTICAST_LOOP),
    ON_OFF(IPPROTO_IPV6, OPT_IPV6_MULTICAST_ALL, BOTH, 1, SW_SWITCH_IPV6_MULTICAST_ALL),
    ON_OFF(IPPROTO_IPV6, IPV6_RECVERR, BOTH, 0, SW_SWITCH_IPV6_RECVERR),
    ON_OFF(IPPROTO_IPV6, IPV6_RECVRTHDR, BOTH, 0, OTHER(9)),
    ON_OFF(IPPROTO_IPV6, IPV6_RECVHOPOPTS, BOTH, 0, OTHER(10)),
    ON_OFF(IPPROTO_IPV6, IPV6_RECVDSTOPTS, BOTH, 0, OTHER(11)),
    ON_OFF(IPPROTO_IPV6, IPV6_RECVPATHMTU, BOTH, 0, OTHER(12)),
    ON_OFF(IPPROTO_IPV6, IPV6_DONTFRAG, BOTH, 0, OTHER(13)),
    ON_OFF(IPPROTO_IPV6, OPT_IPV6_FREEBIND, BOTH, 0, SW_SWITCH_FREEBIND),
    ON_OFF(IPPROTO_IPV6, OPT_IPV6_RECVORIGDSTADDR, BOTH, 0, SW_SWITCH_IPV6_RECVORIGDSTADDR),
    ON_OFF(IPPROTO_IPV6, OPT_IPV6_RECVFRAGSIZE, BOTH, 0, OTHER(16)),
    ON_OFF(IPPROTO_IPV6, OPT_IPV6_FLOWINFO_SEND, BOTH, 0, OTHER(17)),
    ON_OFF(IPPROTO_IPV6, OPT_IPV6_FLOWINFO, BOTH, 0, SW_SWITCH_IPV6_FLOWINFO),
    ON_OFF(IPPROTO_IPV6, OPT_IPV6_AUTOFLOWLABEL, BOTH, 1, OTHER(19)),
    STRICT(IPPROTO_IPV6, OPT_IPV6_RECVERR_RFC4884, BOTH, 0, OTHER(20)),
    ON_OFF(IPPROTO_IPV6, OPT_IPV6_2292PKTINFO, BOTH, 0, SW_SWITCH_IPV6_2292PKTINFO),
    ON_OFF(IPPROTO_IPV6, OPT_IPV6_2292HOPOPTS, BOTH, 0, OTHER(23)),
    ON_OFF(IPPROTO_IPV6, OPT_IPV6_2292DSTOPTS, BOTH, 0, OTHER(24)),
    ON_OFF(IPPROTO_IPV6, OPT_IPV6_2292RTHDR, BOTH, 0, OTHER(25)),
    ON_OFF(IPPROTO_IPV6, OPT_IPV6_ROUTER_ALERT_ISOLATE, BOTH, 0, OTHER(26)),
    ON_OFF(IPPROTO_IPV6, OPT_IPV6_2292HOPLIMIT, BOTH, 0, SW_SWITCH_IPV6_2292HOPLIMIT),
    VALUE_WITH_RESET(IPPROTO_IPV6, IPV6_UNICAST_HOPS, BOTH, 64, 0, 255, unicast_hops, -1),
    VALUE_WITH_RESET(IPPROTO_IPV6, IPV6_MULTICAST_HOPS, BOTH, 1, 0, 255, multicast_hops, -1),
    VALUE_WITH_RESET(IPPROTO_IPV6, IPV6_TCLASS, BOTH, 0, 0, 255, tclass, -1),
    VALUE(IPPROTO_IPV6, IPV6_MTU_DISCOVER, BOTH, 1, 0, 5, mtu_discover6),
    VALUE(IPPROTO_IPV6, OPT_IPV6_MINHOPCOUNT, BOTH, 0, 0, 255, min_hops),

    ON_OFF(IPPROTO_TCP, TCP_NODELAY, TCP, 0, OTHER(30)),
    ON_OFF(IPPROTO_TCP, TCP_CORK, TCP, 0, OTHER(31)),
    ON_OFF(IPPROTO_TCP, TCP_QUICKACK, TCP, 1, OTHER(32)),
    STRICT(IPPROTO_TCP, OPT_TCP_FASTOPEN_CONNECT, TCP, 0, OTHER(33)),
    STRICT(IPPROTO_TCP, OPT_TCP_FASTOPEN_NO_COOKIE, TCP, 0, OTHER(34)),
    STRICT(IPPROTO_TCP, OPT_TCP_INQ, TCP, 0, SW_SWITCH_TCP_INQ),
    STRICT(IPPROTO_TCP, TCP_THIN_LINEAR_TIMEOUTS, TCP, 0, OTHER(35)),
    VALUE(IPPROTO_TCP, TCP_KEEPIDLE, TCP, 7200, 1, 32767, keep_idle),
    VALUE(IPPROTO_TCP, TCP_KEEPINTVL, TCP, 75, 1, 32767, keep_interval),
    VALUE(IPPROTO_TCP, TCP_KEEPCNT, TCP, 9, 1, 127, keep_count),
    VALUE(IPPROTO_TCP, TCP_SYNCNT, TCP, 6, 1, 127, syn_count),
    VALUE(IPPROTO_TCP, TCP_LINGER2, TCP, 60, INT32_MIN, INT32_MAX, linger2),
    VALUE(IPPROTO_TCP, TCP_USER_TIMEOUT, TCP, 0, 0, INT32_MAX, user_timeout),
    VALUE(IPPROTO_TCP, TCP_WINDOW_CLAMP, TCP, 0, INT32_MIN, INT32_MAX, window_clamp),
    VALUE(IPPROTO_TCP, OPT_TCP_NOTSENT_LOWAT, TCP, 0, INT32_MIN, INT32_MAX, notsent_lowat),
    VALUE(IPPROTO_TCP, TCP_FASTOPEN, TCP, 0, 0, INT32_MAX, fastopen),
    VALUE_WITH_RESET(IPPROTO_TCP, TCP_MAXSEG, TCP, 536, 88, 32767, max_segment, 0),
    VALUE(IPPROTO_TCP, TCP_DEFER_ACCEPT, TCP, 0, INT32_MIN, INT32_MAX, defer_accept),

    VALUE(IPPROTO_UDP, UDPLITE_SEND_CSCOV, UDP, 0, 0, 65535, send_coverage),
    VALUE(IPPROTO_UDP, UDPLITE_RECV_CSCOV, UDP, 0, 0, 65535, receive_coverage),
    ON_OFF(IPPROTO_UDP, OPT_UDP_CORK, UDP, 0, SW_SWITCH_UDP_CORK),
    ON_OFF(IPPROTO_UDP, OPT_UDP_NO_CHECK6_TX, UDP, 0, OTHER(15)),
    ON_OFF(IPPROTO_UDP, OPT_UDP_NO_CHECK6_RX, UDP, 0, OTHER(18)),
    ON_OFF(IPPROTO_UDP, OPT_UDP_GRO, UDP, 0, OTHER(21)),
    VALUE(IPPROTO_UDP, OPT_UDP_SEGMENT, UDP, 0, 0, 65535, segment),
};

const struct sw_option *sw_option_find(const struct sw_record *record, int level, int name) {
    enum sw_option_who who = record->type == SOCK_STREAM ? SW_OPTION_OF_TCP : SW_OPTION_OF_UDP;
    if (level == IPPROTO_IPV6 && record->family != AF_INET6)
        return NULL;
    for (size_t i = 0; i < sizeof OPTIONS / sizeof *OPTIONS; i++)
        if (OPTIONS[i].level == level && OPTIONS[i].name == name)
            return (OPTIONS[i].who & who) != 0 ? &OPTIONS[i] : NULL;
    return NULL;
}

int sw_option_get(struct sw_record *record, const struct sw_option *option) {
    struct sw_options *options = sw_options_of(record);
    if (option->kind != SW_OPTION_NUMBER)
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

void sw_option_put(struct sw_record *record, const struct sw_option *option, int value) {
    struct sw_options *options = sw_options_of(record);
    if (option->kind != SW_OPTION_NUMBER) {
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

void sw_option_defaults(struct sw_record *record) {
    enum sw_option_who who = record->type == SOCK_STREAM ? SW_OPTION_OF_TCP : SW_OPTION_OF_UDP;
    for (size_t i = 0; i < sizeof OPTIONS / sizeof *OPTIONS; i++)
        if (OPTIONS[i].initial != 0 && (OPTIONS[i].who & who) != 0)
            sw_option_put(record, &OPTIONS[i], OPTIONS[i].initial);
}

int sw_option_defer_accept(int seconds) {
    enum { RETRANSMISSIONS = 255, LONGEST = 120 };
    int rounded = 0, step = 1;
    for (int i = 0; rounded < seconds && i < RETRANSMISSIONS; i++) {
        rounded += step;
        step = 2 * step < LONGEST ? 2 * step : LONGEST;
    }
    return rounded;
}

/* do_tcp_setsockopt() keeps some values otherwise than they were given. */
static int as_kept_by_tcp(int name, int wanted) {
    enum { FIN_TIMEOUT = 60, FIN_TIMEOUT_MAX = 120, CLAMP_MIN = 1152, SOMAXCONN_DEFAULT = 4096 };
    switch (name) {
    case TCP_DEFER_ACCEPT:
        return sw_option_defer_accept(wanted);
    case TCP_LINGER2:
        return wanted < 0 ? -1 : wanted == 0 ? FIN_TIMEOUT : wanted < FIN_TIMEOUT_MAX ? wanted : FIN_TIMEOUT_MAX;
    case TCP_WINDOW_CLAMP:
        return wanted == 0 || wanted > CLAMP_MIN ? wanted : CLAMP_MIN;
    case TCP_FASTOPEN:
        return wanted < SOMAXCONN_DEFAULT ? wanted : SOMAXCONN_DEFAULT;
    default:
        return wanted;
    }
}

int sw_option_set(struct sw_record *record, int level, int name, const void *value, socklen_t length) {
    const struct sw_option *option = sw_option_find(record, level, name);
    if (option == NULL)
        return -ENOPROTOOPT;
    int wanted;
    int result = sw_take_int(level, value, length, &wanted);
    if (result < 0)
        return result;
    if (option->kind == SW_OPTION_STRICT && wanted != 0 && wanted != 1)
        return -EINVAL;
    if (option->kind != SW_OPTION_NUMBER) {
        sw_option_put(record, option, wanted != 0);
        return 0;
    }
    if (option->reset != 1 && wanted == option->reset)
        wanted = option->initial;
    if (level == IPPROTO_IPV6 && name == IPV6_TCLASS && wanted >= 0 && wanted <= 255)
        wanted &= record->type == SOCK_STREAM ? 0xfc : 0xff;
    if (level == IPPROTO_IP && name == OPT_IP_LOCAL_PORT_RANGE) {
        if (length != sizeof wanted)
            return -EINVAL;
        int low = wanted & 0xffff, high = (int)((unsigned)wanted >> 16);
        if (low != 0 && high != 0 && low > high)
            return -EINVAL;
    }
    if (level == IPPROTO_IP && name == IP_TOS)
        wanted &= record->type == SOCK_STREAM ? 0xfc : 0xff;
    if (wanted < option->minimum || wanted > option->maximum)
        return -EINVAL;
    if (level == IPPROTO_TCP)
        wanted = as_kept_by_tcp(name, wanted);
    sw_option_put(record, option, wanted);
    return 0;
}
