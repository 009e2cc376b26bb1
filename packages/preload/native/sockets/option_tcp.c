#include "sockets/option_levels.h"

#include "sockets/option_table.h"
#include "sockets/option_values.h"
#include "sockets/stream.h"
#include "sockets/stream_state.h"
#include "sockets/tcp_info.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

static const char *const CONGESTION[] = {"cubic", "reno"};

static int get_tcp_info(const struct sw_socket *socket, void *value, socklen_t *length) {
    unsigned char whole[SW_TCP_INFO_SIZE];
    struct sw_tcp_numbers numbers = sw_tcp_numbers_of(socket->network, socket->record, sw_stream_state(socket), sw_stream_queued(socket));
    sw_tcp_info_of(&numbers, whole);
    return sw_give_bytes(whole, sizeof whole, value, length);
}

const char *sw_congestion_name(unsigned congestion) {
    return CONGESTION[congestion % (sizeof CONGESTION / sizeof *CONGESTION)];
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
            return sw_give_int((int)sw_tcp_max_segment(socket->network, socket->record), value, length);
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
        if (value == NULL)
            return -EFAULT;
        memcpy(text, value, length < sizeof text - 1 ? length : sizeof text - 1);
        for (uint8_t i = 0; i < sizeof CONGESTION / sizeof *CONGESTION; i++)
            if (strcmp(text, CONGESTION[i]) == 0) {
                sw_options_of(record)->congestion = i;
                return 0;
            }
        return -ENOENT;
    }
    if (name == TCP_ULP)
        return length < 1 ? -EINVAL : value == NULL ? -EFAULT : -ENOENT;
    if (length < sizeof(int))
        return -EINVAL;
    if (value == NULL)
        return -EFAULT;
    if (name == TCP_THIN_DUPACK) {
        int wanted, result = sw_take_int(IPPROTO_TCP, value, length, &wanted);
        return result < 0 ? result : wanted == 0 || wanted == 1 ? 0 : -EINVAL;
    }
    if (name == TCP_REPAIR || name == TCP_REPAIR_QUEUE || name == TCP_QUEUE_SEQ || name == TCP_REPAIR_OPTIONS || name == TCP_REPAIR_WINDOW ||
        name == TCP_TIMESTAMP)
        return set_repair(socket, name);
    if (name == OPT_TCP_FASTOPEN_NO_COOKIE && !sw_record_has(record, SW_LISTENING) && sw_stream_state(socket) != TCP_CLOSE)
        return -EINVAL;
    if (name == OPT_TCP_FASTOPEN_CONNECT && sw_stream_state(socket) != TCP_CLOSE)
        return -EINVAL;
    if (name == TCP_FASTOPEN && !sw_record_has(record, SW_LISTENING) && sw_stream_state(socket) != TCP_CLOSE)
        return -EINVAL;
    int wanted;
    /* tcp_set_window_clamp(): 0 takes the limit away, of what is not connected alone. */
    if (name == TCP_WINDOW_CLAMP && sw_take_int(IPPROTO_TCP, value, length, &wanted) == 0 && wanted == 0 && sw_stream_state(socket) != TCP_CLOSE)
        return -EINVAL;
    return sw_option_set(record, IPPROTO_TCP, name, value, length);
}
