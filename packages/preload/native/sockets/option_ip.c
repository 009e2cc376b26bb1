#include "sockets/option_levels.h"

#include "base/real.h"
#include "sockets/error_queue.h"
#include "sockets/group_options.h"
#include "sockets/option_table.h"
#include "sockets/option_values.h"
#include "sockets/port_holders.h"
#include "sockets/stream.h"

#include <errno.h>
#include <netinet/in.h>

/* ip_options_get(): none clears those that are set. Packets carry none here, so others are refused as those are that need CAP_NET_RAW. */
static int set_options(const void *value, socklen_t length) {
    enum { MOST = 40 };
    if (length > MOST)
        return -EINVAL;
    if (length == 0)
        return 0;
    return value == NULL ? -EFAULT : -EPERM;
}

int sw_ip_option_get(struct sw_socket *socket, int name, void *value, socklen_t *length) {
    struct sw_record *record = socket->record;
    struct sw_options *options = sw_options_of(record);
    switch (name) {
    case IP_PKTOPTIONS:
        if (record->type != SOCK_STREAM)
            return -ENOPROTOOPT;
        /* fall through */
    case IP_OPTIONS:
        *length = 0;
        return 0;
    case IP_MTU: {
        /* sk_dst_get(): the way of a closed connection is still known. */
        if (record->peer.port == 0)
            return -ENOTCONN;
        int mtu = (int)sw_stream_mtu(socket->network, record);
        bool ipv6 = record->family == AF_INET6 && !sw_address_is_mapped(&record->peer);
        /* IP_MAX_MTU: one less than lo's own. */
        return sw_give_ip_int(ipv6 || mtu < 65535 ? mtu : 65535, value, length);
    }
    case IP_MULTICAST_TTL:
        return sw_give_ip_int(options->multicast_ttl, value, length);
    case IP_MULTICAST_IF:
        return sw_give_bytes(options->multicast_if4, sizeof options->multicast_if4, value, length);
    case IP_UNICAST_IF:
        return sw_give_ip_int(options->unicast_if4, value, length);
    case OPT_IP_PROTOCOL:
        return sw_give_ip_int(sw_port_is_held(socket) ? record->local.port : 0, value, length);
    case OPT_IP_RECVFRAGSIZE:
        if (record->type == SOCK_STREAM)
            return sw_give_ip_int(0, value, length);
        return sw_give_ip_int(sw_option_get(record, sw_option_find(record, IPPROTO_IP, name)), value, length);
    case IP_ROUTER_ALERT:
    case IP_TRANSPARENT:
    case IP_HDRINCL:
    case OPT_IP_NODEFRAG:
        return sw_give_ip_int(0, value, length);
    case IP_MSFILTER:
    case MCAST_MSFILTER:
        return sw_group_list_get(socket, IPPROTO_IP, name, value, length);
    default: {
        const struct sw_option *option = sw_option_find(record, IPPROTO_IP, name);
        return option == NULL ? -ENOPROTOOPT : sw_give_ip_int(sw_option_get(record, option), value, length);
    }
    }
}

/* __ip_sock_set_tos(): what is new brings a priority along. */
static int set_tos(struct sw_socket *socket, const void *value, socklen_t length) {
    enum { BULK = 2, INTERACTIVE_BULK = 4, INTERACTIVE = 6 };
    static const int PRIORITIES[] = {0, BULK, INTERACTIVE, INTERACTIVE_BULK};
    uint8_t before = sw_options_of(socket->record)->tos;
    int result = sw_option_set(socket->record, IPPROTO_IP, IP_TOS, value, length);
    uint8_t now = sw_options_of(socket->record)->tos;
    if (result == 0 && now != before) {
        sw_real.setsockopt(socket->fd, SOL_SOCKET, SO_PRIORITY, &PRIORITIES[now >> 3 & 3], sizeof *PRIORITIES);
    }
    return result;
}

int sw_ip_option_set(struct sw_socket *socket, int name, const void *value, socklen_t length) {
    struct sw_record *record = socket->record;
    struct sw_options *options = sw_options_of(record);
    int wanted, result;
    switch (name) {
    case IP_OPTIONS:
        return set_options(value, length);
    case IP_MULTICAST_TTL:
        result = sw_take_int(IPPROTO_IP, value, length, &wanted);
        if (result < 0)
            return result;
        if (record->type == SOCK_STREAM || length == 0 || wanted < -1 || wanted > 255)
            return -EINVAL;
        options->multicast_ttl = wanted == -1 ? 1 : (uint8_t)wanted;
        return 0;
    case IP_UNICAST_IF:
        return sw_take_unicast_interface(IPPROTO_IP, value, length, &options->unicast_if4);
    case IP_TRANSPARENT:
        return sw_take_transparent(IPPROTO_IP, value, length);
    case IP_ROUTER_ALERT:
        result = sw_take_int(IPPROTO_IP, value, length, &wanted);
        return result < 0 ? result : -EINVAL;
    case IP_HDRINCL:
    case OPT_IP_NODEFRAG:
        result = sw_take_int(IPPROTO_IP, value, length, &wanted);
        return result < 0 ? result : -ENOPROTOOPT;
    case IP_IPSEC_POLICY:
    case IP_XFRM_POLICY:
        /* Before anything is read: they take CAP_NET_ADMIN. */
        return -EPERM;
    case OPT_IP_RECVFRAGSIZE:
        result = sw_take_int(IPPROTO_IP, value, length, &wanted);
        if (result < 0)
            return result;
        return record->type == SOCK_STREAM ? -EINVAL : sw_option_set(record, IPPROTO_IP, name, value, length);
    case IP_ADD_MEMBERSHIP:
    case IP_DROP_MEMBERSHIP:
        if (record->type == SOCK_STREAM)
            return -EPROTO;
        return sw_group_option_set(socket, IPPROTO_IP, name, value, length);
    case IP_MULTICAST_IF:
    case IP_ADD_SOURCE_MEMBERSHIP:
    case IP_DROP_SOURCE_MEMBERSHIP:
    case IP_BLOCK_SOURCE:
    case IP_UNBLOCK_SOURCE:
    case MCAST_JOIN_GROUP:
    case MCAST_LEAVE_GROUP:
    case MCAST_JOIN_SOURCE_GROUP:
    case MCAST_LEAVE_SOURCE_GROUP:
    case MCAST_BLOCK_SOURCE:
    case MCAST_UNBLOCK_SOURCE:
        return sw_group_option_set(socket, IPPROTO_IP, name, value, length);
    case IP_MSFILTER:
    case MCAST_MSFILTER:
        return sw_group_list_set(socket, IPPROTO_IP, name, value, length);
    case IP_TOS:
        return set_tos(socket, value, length);
    case IP_TTL:
    case OPT_IP_MINTTL:
    case IP_FREEBIND:
    case IP_MULTICAST_LOOP:
    case IP_MULTICAST_ALL:
        /* Of all others no value is as good as a zero. */
        return length == 0 ? -EINVAL : sw_option_set(record, IPPROTO_IP, name, value, length);
    case IP_RECVERR:
        result = sw_option_set(record, IPPROTO_IP, name, value, length);
        if (result == 0 && !sw_options_switch(record, SW_SWITCH_IP_RECVERR))
            sw_error_queue_clear(socket);
        return result;
    default:
        return sw_option_set(record, IPPROTO_IP, name, value, length);
    }
}
