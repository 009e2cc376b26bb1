#include "sockets/option_levels.h"

#include "sockets/error_queue.h"
#include "sockets/group_options.h"
#include "sockets/option_table.h"
#include "sockets/option_values.h"
#include "sockets/port_holders.h"
#include "sockets/stream.h"
#include "sockets/stream_state.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

/* struct in6_flowlabel_req */
enum { FLOW_LABEL_REQUEST = 32 };

/* RFC 5014 */
enum { TEMPORARY = 1, PUBLIC = 2, CARE_OF = 4, CGA = 8, PUBLIC_DEFAULT = 0x100, HOME = 0x400, NON_CGA = 0x800 };

static int preferences(const struct sw_options *options) {
    int kind = options->preferences & (TEMPORARY | PUBLIC);
    return (kind != 0 ? kind : PUBLIC_DEFAULT) | ((options->preferences & CARE_OF) != 0 ? CARE_OF : HOME);
}

/* ip6_sock_set_addr_preferences(): of alternatives at most one. */
static int set_preferences(struct sw_options *options, int wanted) {
    int kind = wanted & (TEMPORARY | PUBLIC | PUBLIC_DEFAULT), home = wanted & (HOME | CARE_OF), keys = wanted & (CGA | NON_CGA);
    if ((kind & (kind - 1)) != 0 || home == (HOME | CARE_OF) || keys == (CGA | NON_CGA))
        return -EINVAL;
    options->preferences = (uint8_t)((kind & (TEMPORARY | PUBLIC)) | (home & CARE_OF));
    return 0;
}

static bool is_established(const struct sw_socket *socket) {
    return socket->record->type == SOCK_STREAM ? sw_stream_state(socket) == TCP_ESTABLISHED : sw_record_has(socket->record, SW_CONNECTED);
}

/* IPV6_ADDRFORM of ipv6(7): a socket that talks over IPv4 becomes one of AF_INET. */
static int become_ipv4(struct sw_socket *socket) {
    struct sw_record *record = socket->record;
    if (!is_established(socket))
        return -ENOTCONN;
    if (sw_record_has(record, SW_V6ONLY) || !sw_address_is_mapped(&record->peer))
        return -EADDRNOTAVAIL;
    record->local = sw_address_unmapped(&record->local);
    record->peer = sw_address_unmapped(&record->peer);
    record->family = AF_INET;
    return 0;
}

static int get_path_mtu(const struct sw_socket *socket, void *value, socklen_t *length) {
    struct ip6_mtuinfo info = {.ip6m_mtu = sw_stream_mtu(socket->network, socket->record)};
    if (*length < sizeof info)
        return -EINVAL;
    if (!is_established(socket))
        return -ENOTCONN;
    return sw_give_bytes(&info, sizeof info, value, length);
}

/* ipv6_set_opt_hdr(): headers that stand in front of the data. Only CAP_NET_RAW may ask for them, but for routing headers, of which the kernel knows
 * no kind that leads over one link. */
static int set_header(int name, socklen_t length) {
    return name != IPV6_RTHDR ? -EPERM : length == 0 ? 0 : -EINVAL;
}

int sw_ipv6_option_get(struct sw_socket *socket, int name, void *value, socklen_t *length) {
    struct sw_record *record = socket->record;
    struct sw_options *options = sw_options_of(record);
    switch (name) {
    case IPV6_V6ONLY:
        return sw_give_int(sw_record_has(record, SW_V6ONLY), value, length);
    case IPV6_MTU:
        /* sk_dst_get(): the way of a closed connection is still known. */
        if (record->peer.port == 0)
            return -ENOTCONN;
        /* IP_MAX_MTU is one less than lo's own. */
        if (sw_address_is_mapped(&record->peer) && sw_stream_mtu(socket->network, record) > UINT16_MAX)
            return sw_give_int(UINT16_MAX, value, length);
        return sw_give_int((int)sw_stream_mtu(socket->network, record), value, length);
    case IPV6_MULTICAST_IF:
        return sw_give_int(options->multicast_if6, value, length);
    case OPT_IPV6_UNICAST_IF:
        return sw_give_int(options->unicast_if6, value, length);
    case OPT_IPV6_TRANSPARENT:
        return sw_give_int(0, value, length);
    case OPT_IPV6_ADDR_PREFERENCES:
        return sw_give_int(preferences(options), value, length);
    case IPV6_ROUTER_ALERT:
        return sw_give_int(0, value, length);
    case IPV6_ADDRFORM:
        return is_established(socket) ? sw_give_int(record->family, value, length) : -ENOTCONN;
    case IPV6_PATHMTU:
        return get_path_mtu(socket, value, length);
    case IPV6_HOPOPTS:
    case IPV6_DSTOPTS:
    case IPV6_RTHDR:
    case IPV6_RTHDRDSTOPTS:
        *length = 0;
        return 0;
    case OPT_IPV6_FLOWLABEL_MGR:
        return *length < FLOW_LABEL_REQUEST ? -EINVAL : -ENOPROTOOPT;
    case MCAST_MSFILTER:
        return sw_group_list_get(socket, IPPROTO_IPV6, name, value, length);
    default: {
        const struct sw_option *option = sw_option_find(record, IPPROTO_IPV6, name);
        return option == NULL ? -ENOPROTOOPT : sw_give_int(sw_option_get(record, option), value, length);
    }
    }
}

int sw_ipv6_option_set(struct sw_socket *socket, int name, const void *value, socklen_t length) {
    struct sw_record *record = socket->record;
    struct sw_options *options = sw_options_of(record);
    int wanted, result;
    switch (name) {
    case IPV6_V6ONLY:
        result = sw_take_int(IPPROTO_IPV6, value, length, &wanted);
        if (result < 0 || sw_port_is_held(socket))
            return result < 0 ? result : -EINVAL;
        return sw_take_flag(record, SW_V6ONLY, &wanted, sizeof wanted);
    case IPV6_ADDRFORM:
        result = sw_take_int(IPPROTO_IPV6, value, length, &wanted);
        return result < 0 ? result : wanted != AF_INET ? -EINVAL : become_ipv4(socket);
    case IPV6_HOPOPTS:
    case IPV6_DSTOPTS:
    case IPV6_RTHDR:
    case IPV6_RTHDRDSTOPTS:
        return set_header(name, length);
    case OPT_IPV6_FLOWLABEL_MGR:
        return length < FLOW_LABEL_REQUEST ? -EINVAL : -ENOPROTOOPT;
    case OPT_IPV6_UNICAST_IF:
        return sw_take_unicast_interface(IPPROTO_IPV6, value, length, &options->unicast_if6);
    case OPT_IPV6_TRANSPARENT:
        return sw_take_transparent(IPPROTO_IPV6, value, length);
    case IPV6_MTU:
        /* Where datagrams are cut into fragments, of which there are none here. */
        result = sw_take_int(IPPROTO_IPV6, value, length, &wanted);
        return result < 0 ? result : wanted != 0 && wanted < 1280 ? -EINVAL : 0;
    case IPV6_ROUTER_ALERT:
        /* Of raw sockets. */
        return length < sizeof(int) ? -EINVAL : -ENOPROTOOPT;
    case IPV6_DONTFRAG:
    case OPT_IPV6_RECVFRAGSIZE:
    case OPT_IPV6_AUTOFLOWLABEL:
        /* Nobody asks how long their values are. */
        return sw_option_set(record, IPPROTO_IPV6, name, length < sizeof wanted ? NULL : value, sizeof wanted);
    case IPV6_PKTINFO:
        /* Where datagrams come from; like the control message, see docs/limits.md. */
        return length < sizeof(struct in6_pktinfo) || value == NULL ? -EINVAL : 0;
    case IPV6_MULTICAST_HOPS:
        if (record->type == SOCK_STREAM)
            return -ENOPROTOOPT;
        return sw_option_set(record, IPPROTO_IPV6, name, value, length);
    case OPT_IPV6_ADDR_PREFERENCES:
        result = sw_take_int(IPPROTO_IPV6, value, length, &wanted);
        return result < 0 ? result : set_preferences(options, wanted);
    case IPV6_JOIN_ANYCAST:
    case IPV6_LEAVE_ANYCAST:
        if (length < sizeof(struct ipv6_mreq))
            return -EINVAL;
        /* To join takes CAP_NET_ADMIN, so nobody has. */
        return value == NULL ? -EFAULT : name == IPV6_JOIN_ANYCAST ? -EPERM : -ENOENT;
    case IPV6_IPSEC_POLICY:
    case IPV6_XFRM_POLICY:
        return -EPERM;
    case IPV6_ADD_MEMBERSHIP:
    case IPV6_DROP_MEMBERSHIP:
        if (length < sizeof(struct ipv6_mreq))
            return -EINVAL;
        return record->type == SOCK_STREAM ? -EPROTO : sw_group_option_set(socket, IPPROTO_IPV6, name, value, length);
    case IPV6_MULTICAST_IF:
    case MCAST_JOIN_GROUP:
    case MCAST_LEAVE_GROUP:
    case MCAST_JOIN_SOURCE_GROUP:
    case MCAST_LEAVE_SOURCE_GROUP:
    case MCAST_BLOCK_SOURCE:
    case MCAST_UNBLOCK_SOURCE:
        return sw_group_option_set(socket, IPPROTO_IPV6, name, value, length);
    case MCAST_MSFILTER:
        return sw_group_list_set(socket, IPPROTO_IPV6, name, value, length);
    case IPV6_RECVERR:
        result = sw_option_set(record, IPPROTO_IPV6, name, value, length);
        if (result == 0 && !sw_options_switch(record, SW_SWITCH_IPV6_RECVERR))
            sw_error_queue_clear(socket);
        return result;
    default:
        return sw_option_set(record, IPPROTO_IPV6, name, value, length);
    }
}
