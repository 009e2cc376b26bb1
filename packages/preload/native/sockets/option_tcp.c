#include "sockets/option_levels.h"

#include "sockets/option_table.h"
#include "sockets/option_values.h"
#include "sockets/stream.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

static const char *const CONGESTION[] = {"cubic", "reno"};

/* struct tcp_info as linux/tcp.h has it by now; libc's headers know its beginning. A short buffer gets as much as it holds. */
union whole_tcp_info {
    struct tcp_info known;
    struct {
        uint8_t beginning[7], app_limited;
        uint32_t numbers[24];
        uint64_t pacing_rate, max_pacing_rate;
        uint32_t counters[7], min_rtt, others[32];
    } more;
};
_Static_assert(sizeof(union whole_tcp_info) == SW_TCP_INFO_SIZE, "as long as the kernel's");

void sw_tcp_info_of(uint8_t state, unsigned char bytes[static SW_TCP_INFO_SIZE]) {
    union whole_tcp_info whole = {.more = {.app_limited = 1, .pacing_rate = UINT64_MAX, .max_pacing_rate = UINT64_MAX, .min_rtt = UINT32_MAX}};
    struct tcp_info info = {0};
    info.tcpi_state = state;
    if (info.tcpi_state == TCP_ESTABLISHED || info.tcpi_state == TCP_CLOSE_WAIT || info.tcpi_state == TCP_FIN_WAIT2) {
        info.tcpi_options = TCPI_OPT_TIMESTAMPS | TCPI_OPT_SACK | TCPI_OPT_WSCALE;
        info.tcpi_snd_wscale = info.tcpi_rcv_wscale = 7;
        info.tcpi_rto = 201000;
        info.tcpi_ato = 40000;
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
    info.tcpi_snd_cwnd = 10;
    info.tcpi_snd_ssthresh = 0x7fffffff;
    info.tcpi_reordering = 3;
    uint8_t app_limited = whole.more.app_limited;
    whole.known = info;
    whole.more.app_limited = app_limited;
    memcpy(bytes, &whole, sizeof whole);
}

static int get_tcp_info(const struct sw_socket *socket, void *value, socklen_t *length) {
    unsigned char whole[SW_TCP_INFO_SIZE];
    sw_tcp_info_of(sw_stream_state(socket), whole);
    return sw_give_bytes(whole, sizeof whole, value, length);
}

const char *sw_congestion_name(unsigned congestion) {
    return CONGESTION[congestion % (sizeof CONGESTION / sizeof *CONGESTION)];
}

/* tcp_current_mss() of a connection with timestamps: what the MTU leaves, and no more than half of the largest window that the peer has told
 * of. The window of a SYN is less by its options than the one behind it. */
static int max_segment(const struct sw_socket *socket) {
    enum { FIRST_HALF_IPV4 = 32741, FIRST_HALF_IPV6 = 32732, HALF_OF_WINDOW = 32768, TCP_HEADER = 32, IPV4_HEADER = 20, IPV6_HEADER = 40 };
    const struct sw_record *record = socket->record;
    bool is_ipv4 = record->family == AF_INET || sw_address_is_mapped(&record->peer);
    int room = sw_stream_mtu(socket) - TCP_HEADER - (is_ipv4 ? IPV4_HEADER : IPV6_HEADER);
    int half = sw_record_has(record, SW_ACCEPTED) ? HALF_OF_WINDOW : is_ipv4 ? FIRST_HALF_IPV4 : FIRST_HALF_IPV6;
    return room < half ? room : half;
}

/* What repairs TCP from inside takes CAP_NET_ADMIN. */
static int set_repair(const struct sw_socket *socket, int name) {
    bool is_refused_first = name == TCP_REPAIR_OPTIONS || (name == TCP_QUEUE_SEQ && sw_stream_state(socket) == TCP_CLOSE);
    return is_refused_first ? -EINVAL : -EPERM;
}

int sw_tcp_option_get(struct sw_socket *socket, int name, void *value, socklen_t *length) {
    switch (name) {
    case TCP_INFO:
        return get_tcp_info(socket, value, length);
    case TCP_CONGESTION: {
        char text[16] = "";
        strcpy(text, sw_congestion_name(sw_options_of(socket->record)->congestion));
        return sw_give_bytes(text, sizeof text, value, length);
    }
    case TCP_ULP:
        *length = 0;
        return 0;
    case OPT_TCP_IS_MPTCP:
    case TCP_REPAIR:
    case TCP_THIN_DUPACK:
        return sw_give_int(0, value, length);
    case TCP_REPAIR_QUEUE:
    case TCP_QUEUE_SEQ:
    case TCP_REPAIR_WINDOW:
        /* Of sockets in repair alone. */
        return -EINVAL;
    case OPT_TCP_CC_INFO:
        /* The algorithms have nothing to tell. */
        *length = 0;
        return 0;
    case TCP_MAXSEG:
        if (sw_record_has(socket->record, SW_CONNECTED))
            return sw_give_int(max_segment(socket), value, length);
        break;
    default:
        break;
    }
    const struct sw_option *option = sw_option_find(socket->record, IPPROTO_TCP, name);
    return option == NULL ? -ENOPROTOOPT : sw_give_int(sw_option_get(socket->record, option), value, length);
}

int sw_tcp_option_set(struct sw_socket *socket, int name, const void *value, socklen_t length) {
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
    if (name == TCP_THIN_DUPACK) {
        int wanted, result = sw_take_int(IPPROTO_TCP, value, length, &wanted);
        return result < 0 ? result : wanted == 0 || wanted == 1 ? 0 : -EINVAL;
    }
    if (name == TCP_REPAIR || name == TCP_REPAIR_QUEUE || name == TCP_QUEUE_SEQ || name == TCP_REPAIR_OPTIONS || name == TCP_REPAIR_WINDOW ||
        name == TCP_TIMESTAMP)
        return set_repair(socket, name);
    if (name == OPT_TCP_FASTOPEN_CONNECT && sw_stream_state(socket) != TCP_CLOSE)
        return -EINVAL;
    if (name == TCP_FASTOPEN && !sw_record_has(record, SW_LISTENING) && sw_stream_state(socket) != TCP_CLOSE)
        return -EINVAL;
    return sw_option_set(record, IPPROTO_TCP, name, value, length);
}
