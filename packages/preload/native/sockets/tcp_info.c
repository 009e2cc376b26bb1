#include "sockets/tcp_info.h"

#include "sockets/address.h"
#include "sockets/buffer.h"
#include "sockets/stream.h"
#include "sockets/stream_state.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

/* struct tcp_info by now; libc's headers know its beginning. A short buffer gets as much as it holds. */
union whole_tcp_info {
    struct tcp_info known;
    struct {
        uint8_t beginning[7], app_limited;
        uint32_t numbers[24];
        uint64_t pacing_rate, max_pacing_rate;
        uint64_t bytes_acked, bytes_received;
        uint32_t segs_out, segs_in, notsent_bytes, min_rtt, data_segs_in, data_segs_out;
        uint64_t delivery_rate, busy_time, rwnd_limited, sndbuf_limited;
        uint32_t delivered, delivered_ce;
        uint64_t bytes_sent, bytes_retrans;
        uint32_t dsack_dups, reord_seen, rcv_ooopack, snd_wnd, rcv_wnd, rehash, others[10];
    } more;
};
_Static_assert(sizeof(union whole_tcp_info) == SW_TCP_INFO_SIZE, "as long as the kernel's");
_Static_assert(offsetof(union whole_tcp_info, more.bytes_sent) == 200, "where the kernel has it");

enum { TIMESTAMPS = 12, TCP_HEADER = 20, IPV4_HEADER = 20, IPV6_HEADER = 40 };

static bool is_ipv4(const struct sw_record *record) {
    return record->family == AF_INET || sw_address_is_mapped(&record->peer);
}

static uint32_t headers(const struct sw_record *record) {
    return TCP_HEADER + TIMESTAMPS + (is_ipv4(record) ? IPV4_HEADER : IPV6_HEADER);
}

static uint64_t sent_by(const struct sw_record *record) {
    return record != NULL ? atomic_load_explicit(&record->sent, memory_order_relaxed) : 0;
}

/* tcp_current_mss() of a connection with timestamps: what the MTU leaves, and no more than half of the largest window that the peer has told
 * of. The window of a SYN is less by its options than that of the segments behind it. */
uint32_t sw_tcp_max_segment(const struct sw_network *network, const struct sw_record *record) {
    enum { FIRST_HALF_IPV4 = 32741, FIRST_HALF_IPV6 = 32732, HALF_OF_WINDOW = 32768 };
    bool has_answer = sw_record_has(record, SW_ACCEPTED) || sent_by(record) > 0 || sent_by(sw_record_peer(network, record)) > 0;
    uint32_t room = sw_stream_mtu(network, record) - headers(record);
    uint32_t half = has_answer ? HALF_OF_WINDOW : is_ipv4(record) ? FIRST_HALF_IPV4 : FIRST_HALF_IPV6;
    return room < half ? room : half;
}

struct sw_tcp_numbers sw_tcp_numbers_of(const struct sw_network *network, const struct sw_record *record, uint8_t state, uint64_t queued) {
    const struct sw_record *peer = sw_record_peer(network, record);
    /* IP_MAX_MTU: one less than lo's own. */
    uint32_t mtu = sw_stream_mtu(network, record), largest = is_ipv4(record) ? UINT16_MAX : UINT32_MAX;
    struct sw_tcp_numbers numbers = {
        .state = state,
        .was_accepted = sw_record_has(record, SW_ACCEPTED),
        .has_peer_ended = sw_stream_has_peer_ended(network, record),
        .mtu = mtu < largest ? mtu : largest,
        .max_segment = sw_tcp_max_segment(network, record),
        .unsent = sw_buffer_unsent(network, record, queued),
    };
    uint64_t window = sw_buffer_window(peer), own_window = sw_buffer_window(record), read = atomic_load(&record->received);
    numbers.advertised = numbers.mtu - headers(record);
    numbers.sent = sent_by(record) - numbers.unsent;
    numbers.received = peer != NULL ? sent_by(peer) : read;
    if (numbers.received > read + own_window)
        numbers.received = read + own_window;
    if (numbers.received < read)
        numbers.received = read;
    uint64_t taken = peer != NULL ? atomic_load(&peer->received) : 0, waiting = numbers.sent > taken ? numbers.sent - taken : 0;
    numbers.room = (uint32_t)(waiting < window ? window - waiting : 0);
    numbers.own_room = (uint32_t)(read + own_window - numbers.received);
    return numbers;
}

static uint32_t segments(uint64_t bytes, uint32_t size) {
    return (uint32_t)((bytes + size - 1) / size);
}

void sw_tcp_info_of(const struct sw_tcp_numbers *numbers, unsigned char bytes[static SW_TCP_INFO_SIZE]) {
    enum { LEAST_RECEIVED_SEGMENT = 536, CLOSED_SEGMENT = 536, ROUND_TRIP = 30 };
    union whole_tcp_info whole = {.more = {.app_limited = 1, .pacing_rate = UINT64_MAX, .max_pacing_rate = UINT64_MAX, .min_rtt = UINT32_MAX}};
    struct tcp_info info = {0};
    uint8_t state = numbers->state;
    bool is_connected = state != TCP_CLOSE && state != TCP_LISTEN && state != TCP_SYN_SENT && state != TCP_SYN_RECV;
    info.tcpi_state = state;
    info.tcpi_rto = 1000000;
    info.tcpi_rttvar = 250000;
    info.tcpi_snd_mss = CLOSED_SEGMENT;
    info.tcpi_snd_cwnd = 10;
    info.tcpi_snd_ssthresh = 0x7fffffff;
    info.tcpi_reordering = 3;
    if (is_connected) {
        info.tcpi_options = TCPI_OPT_TIMESTAMPS | TCPI_OPT_SACK | TCPI_OPT_WSCALE;
        info.tcpi_snd_wscale = info.tcpi_rcv_wscale = 7;
        info.tcpi_rto = 201000;
        info.tcpi_ato = 40000;
        info.tcpi_rtt = ROUND_TRIP;
        info.tcpi_rttvar = ROUND_TRIP / 2;
        info.tcpi_snd_mss = numbers->max_segment;
        info.tcpi_rcv_mss = numbers->received > numbers->max_segment ? numbers->max_segment : LEAST_RECEIVED_SEGMENT;
        info.tcpi_advmss = numbers->advertised;
        info.tcpi_pmtu = numbers->mtu;
        info.tcpi_rcv_ssthresh = info.tcpi_rcv_space = numbers->advertised + (numbers->was_accepted ? 0 : TIMESTAMPS);
    }
    memcpy(&whole, &info, offsetof(union whole_tcp_info, more.numbers));
    whole.more.app_limited = 1;
    memcpy(whole.more.numbers, (const char *)&info + offsetof(union whole_tcp_info, more.numbers), sizeof whole.more.numbers);
    if (is_connected) {
        /* The SYN, which only the side that connects gets acknowledged as a byte, and the FIN count as bytes and segments. */
        uint32_t out = segments(numbers->sent, numbers->max_segment), in = segments(numbers->received, numbers->max_segment);
        whole.more.bytes_sent = numbers->sent;
        whole.more.bytes_acked = numbers->sent + (numbers->was_accepted ? 0 : 1);
        whole.more.bytes_received = numbers->received + numbers->has_peer_ended;
        whole.more.notsent_bytes = (uint32_t)numbers->unsent;
        whole.more.data_segs_out = out;
        whole.more.data_segs_in = in;
        whole.more.segs_out = out + in + (numbers->was_accepted ? 0 : 2);
        whole.more.segs_in = out + in + (numbers->was_accepted ? 2 : 1) + numbers->has_peer_ended;
        whole.more.delivered = out + 1;
        whole.more.min_rtt = ROUND_TRIP;
        whole.more.snd_wnd = numbers->room;
        whole.more.rcv_wnd = numbers->own_room;
    }
    memcpy(bytes, &whole, sizeof whole);
}
