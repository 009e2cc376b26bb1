#include "sockets/options.h"

#include "base/real.h"
#include "names/interfaces.h"
#include "sockets/option_levels.h"
#include "sockets/option_table.h"
#include "sockets/readiness.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

void sw_options_start(struct sw_record *record) {
    sw_option_defaults(record);
    sw_options_of(record)->multicast_ttl = 1;
    /* inet6_create() leaves out what inet_create() sets. */
    if (record->family == AF_INET6)
        sw_options_of(record)->switches &= ~(1ull << SW_SWITCH_IP_MULTICAST_ALL);
}

/* Options that the Unix socket itself keeps. TCP gives them to accepted sockets, AF_UNIX does not. */
static const int NATIVE[] = {SO_KEEPALIVE, SO_LINGER, SO_OOBINLINE, SO_RCVTIMEO, SO_SNDTIMEO, SO_RCVLOWAT, SO_TIMESTAMP};
enum { NATIVE_COUNT = sizeof NATIVE / sizeof *NATIVE, RARE = 1 << NATIVE_COUNT };
_Static_assert(RARE < 1 << 8, "one bit each in `native`, and one for all that follow");
static const int NATIVE_RARE[] = {SO_BROADCAST, SO_DONTROUTE, SO_TIMESTAMPNS, SO_TIMESTAMPING, OPT_SO_TIMESTAMPING_NEW, SO_RXQ_OVFL, SO_NO_CHECK, SO_MAX_PACING_RATE, SO_SELECT_ERR_QUEUE, SO_MARK,
                                  OPT_SO_RCVTIMEO_NEW, OPT_SO_SNDTIMEO_NEW, OPT_SO_TIMESTAMP_NEW, OPT_SO_TIMESTAMPNS_NEW, SO_PEEK_OFF, SO_BUSY_POLL, SO_DEBUG, SO_WIFI_STATUS,
                                  SO_NOFCS, SO_LOCK_FILTER, OPT_SO_RCVMARK, OPT_SO_RCVPRIORITY};
enum { RARE_COUNT = sizeof NATIVE_RARE / sizeof *NATIVE_RARE };

void sw_options_note_native(struct sw_record *record, int name) {
    struct sw_options *options = sw_options_of(record);
    if (name == SO_RCVLOWAT && record->type == SOCK_STREAM)
        atomic_store(&sw_readiness_low_water, true);
    for (unsigned i = 0; i < NATIVE_COUNT; i++)
        if (NATIVE[i] == name)
            options->native |= (uint8_t)(1u << i);
    for (unsigned i = 0; i < RARE_COUNT; i++)
        if (NATIVE_RARE[i] == name)
            options->native |= RARE;
}

bool sw_options_may_stamp(struct sw_record *record) {
    enum { STAMP = NATIVE_COUNT - 1 };
    _Static_assert(NATIVE_COUNT == 7, "SO_TIMESTAMP is the last");
    return (sw_options_of(record)->native & (1u << STAMP | RARE)) != 0;
}

static void copy_native(int from, int to, int name) {
    char value[64], there[64];
    socklen_t length = sizeof value, length_there = sizeof there;
    if (sw_real.getsockopt(from, SOL_SOCKET, name, value, &length) != 0)
        return;
    /* Of SO_TIMESTAMP and its fellows the one that is off would switch off the one that is on. */
    bool is_there = sw_real.getsockopt(to, SOL_SOCKET, name, there, &length_there) == 0 && length == length_there && memcmp(value, there, length) == 0;
    if (!is_there)
        sw_real.setsockopt(to, SOL_SOCKET, name, value, length);
}

void sw_options_inherit(const struct sw_socket *listener, int fd, struct sw_record *record) {
    memcpy(record->options, listener->record->options, sizeof record->options);
    sw_options_of(record)->zerocopy_sends = 0;
    sw_options_of(record)->fastopen = 0;
    sw_record_set(record, atomic_load(&listener->record->flags) & (SW_V6ONLY | SW_REUSEADDR | SW_REUSEPORT | SW_LINGER_RESET));
    uint8_t native = sw_options_of(record)->native;
    if (native == 0)
        return;
    for (unsigned i = 0; i < NATIVE_COUNT; i++) {
        if ((native >> i & 1) == 0)
            continue;
        copy_native(listener->fd, fd, NATIVE[i]);
        sw_options_note_native(record, NATIVE[i]);
    }
    for (unsigned i = 0; (native & RARE) != 0 && i < RARE_COUNT; i++)
        copy_native(listener->fd, fd, NATIVE_RARE[i]);
}

void sw_options_hand_over(const struct sw_socket *from, int fd, struct sw_record *record) {
    int saved_errno = errno;
    sw_options_inherit(from, fd, record);
    sw_options_of(record)->zerocopy_sends = sw_options_of(from->record)->zerocopy_sends;
    sw_options_of(record)->fastopen = sw_options_of(from->record)->fastopen;
    /* An accepted socket takes its own from what its packets say. */
    copy_native(from->fd, fd, SO_PRIORITY);
    errno = saved_errno;
}

/* tcp_v4_syn_recv_sock() and tcp_v6_syn_recv_sock() */
void sw_options_from_client(struct sw_record *record, const struct sw_record *client) {
    struct sw_options *options = sw_options_of(record);
    const struct sw_options *sent = sw_options_of((struct sw_record *)client);
    bool ipv4 = record->family == AF_INET || sw_address_is_mapped(&record->peer);
    int hops = ipv4 ? sent->ttl : sent->unicast_hops;
    if (record->family == AF_INET) {
        options->multicast_ttl = (uint8_t)hops;
        return;
    }
    options->multicast_if6 = client->interface == record->interface ? SW_LO : SW_ETH0;
    options->multicast_hops = (int16_t)hops;
}

/* UDP and UDP-Lite have the same options, and each of them has both levels. */
static bool is_of_udp(int level, const struct sw_record *record) {
    return (level == IPPROTO_UDP || level == IPPROTO_UDPLITE) && record->type == SOCK_DGRAM;
}

int sw_getsockopt(struct sw_socket *socket, int level, int name, void *value, socklen_t *length) {
    if (length == NULL)
        return -EFAULT;
    struct sw_record *record = socket->record;
    if (level == SOL_SOCKET)
        return sw_socket_option_get(socket, name, value, length);
    bool is_known = level == IPPROTO_IP || (level == IPPROTO_IPV6 && record->family == AF_INET6) || (level == IPPROTO_TCP && record->type == SOCK_STREAM) ||
                    is_of_udp(level, record);
    if (!is_known)
        return record->family == AF_INET6 ? -ENOPROTOOPT : -EOPNOTSUPP;
    if ((int)*length < 0 && level != IPPROTO_IPV6)
        return -EINVAL;
    if (level == IPPROTO_IP)
        return sw_ip_option_get(socket, name, value, length);
    if (level == IPPROTO_IPV6) {
        /* do_ipv6_getsockopt() compares the length unsigned. */
        socklen_t room = (int)*length < 0 ? INT32_MAX : *length;
        int result = sw_ipv6_option_get(socket, name, value, &room);
        if (result == 0)
            *length = room;
        return result;
    }
    return level == IPPROTO_TCP ? sw_tcp_option_get(socket, name, value, length) : sw_udp_option_get(socket, name, value, length);
}

int sw_socket_error(struct sw_socket *socket) {
    int error = 0;
    socklen_t length = sizeof error;
    return sw_getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : 0;
}

int sw_setsockopt(struct sw_socket *socket, int level, int name, const void *value, socklen_t length) {
    struct sw_record *record = socket->record;
    if ((int)length < 0)
        return -EINVAL;
    if (level == SOL_SOCKET)
        return sw_socket_option_set(socket, name, value, length);
    if (level == IPPROTO_IP)
        return sw_ip_option_set(socket, name, value, length);
    if (level == IPPROTO_IPV6 && record->family == AF_INET6)
        return sw_ipv6_option_set(socket, name, value, length);
    if (level == IPPROTO_TCP && record->type == SOCK_STREAM)
        return sw_tcp_option_set(socket, name, value, length);
    if (is_of_udp(level, record))
        return sw_udp_option_set(socket, name, value, length);
    return -ENOPROTOOPT;
}
