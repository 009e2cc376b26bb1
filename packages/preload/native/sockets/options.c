#include "sockets/options.h"

#include "base/real.h"
#include "sockets/cork.h"
#include "sockets/datagram.h"
#include "sockets/option_levels.h"
#include "sockets/option_table.h"
#include "sockets/option_values.h"
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
static const int NATIVE_RARE[] = {SO_BROADCAST, SO_DONTROUTE, SO_TIMESTAMPNS, SO_TIMESTAMPING, SO_RXQ_OVFL, SO_NO_CHECK, SO_MAX_PACING_RATE, SO_SELECT_ERR_QUEUE, SO_MARK};
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
    /* An accepted socket takes its own from what its packets say. */
    copy_native(from->fd, fd, SO_PRIORITY);
    errno = saved_errno;
}

int sw_getsockopt(struct sw_socket *socket, int level, int name, void *value, socklen_t *length) {
    if (length == NULL)
        return -EFAULT;
    struct sw_record *record = socket->record;
    if (level == SOL_SOCKET)
        return sw_socket_option_get(socket, name, value, length);
    /* do_ipv6_getsockopt() compares the length unsigned. */
    if ((int)*length < 0 && !(level == IPPROTO_IPV6 && record->family == AF_INET6 && value != NULL && (*length = sizeof(int)) != 0))
        return -EINVAL;
    if (level == IPPROTO_IP)
        return sw_ip_option_get(socket, name, value, length);
    if (level == IPPROTO_IPV6 && record->family == AF_INET6)
        return sw_ipv6_option_get(socket, name, value, length);
    if (level == IPPROTO_TCP && record->type == SOCK_STREAM)
        return sw_tcp_option_get(socket, name, value, length);
    if ((level == IPPROTO_UDP || (level == IPPROTO_UDPLITE && sw_record_has(record, SW_UDP_LITE))) && record->type == SOCK_DGRAM) {
        const struct sw_option *option = sw_option_find(record, level, name);
        return option == NULL ? -ENOPROTOOPT : sw_give_int(sw_option_get(record, option), value, length);
    }
    return record->family == AF_INET6 ? -ENOPROTOOPT : -EOPNOTSUPP;
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
    if ((level == IPPROTO_UDP || (level == IPPROTO_UDPLITE && sw_record_has(record, SW_UDP_LITE))) && record->type == SOCK_DGRAM) {
        int result = sw_option_set(record, level, name, value, length);
        /* udp_lib_setsockopt() pushes what waited for the cork to go. */
        if (result == 0 && sw_cork_is_pending(record) && !sw_options_switch(record, SW_SWITCH_UDP_CORK))
            sw_datagram_push(socket);
        return result;
    }
    return -ENOPROTOOPT;
}
