#include "sockets/option_levels.h"

#include "base/real.h"
#include "sockets/buffer.h"
#include "sockets/option_table.h"
#include "sockets/option_values.h"
#include "sockets/port_holders.h"
#include "sockets/rewatch.h"
#include "sockets/stream.h"
#include "sockets/stream_state.h"

#include <errno.h>
#include <linux/if.h>
#include <netinet/in.h>
#include <string.h>

/* SOCK_SNDBUF_LOCK and SOCK_RCVBUF_LOCK of linux/socket.h. */
enum { SEND_BUFFER_IS_SET = 1, RECEIVE_BUFFER_IS_SET = 2 };

static int native_get(const struct sw_socket *socket, int level, int name, void *value, socklen_t *length) {
    return sw_real.getsockopt(socket->fd, level, name, value, length) == 0 ? 0 : -errno;
}

static int native_set(const struct sw_socket *socket, int level, int name, const void *value, socklen_t length) {
    return sw_real.setsockopt(socket->fd, level, name, value, length) == 0 ? 0 : -errno;
}

static const char *device_name(unsigned index) {
    return index == 1 ? "lo" : index == 2 ? "eth0" : "";
}

int sw_socket_option_get(struct sw_socket *socket, int name, void *value, socklen_t *length) {
    struct sw_record *record = socket->record;
    struct sw_options *options = sw_options_of(record);
    bool tcp = record->type == SOCK_STREAM;
    if ((int)*length < 0)
        return -EINVAL;
    switch (name) {
    case SO_DOMAIN:
        return sw_give_int(record->family, value, length);
    case SO_PROTOCOL:
        return sw_give_int(tcp ? IPPROTO_TCP : sw_record_has(record, SW_UDP_LITE) ? IPPROTO_UDPLITE : IPPROTO_UDP, value, length);
    case SO_TYPE:
        return sw_give_int(record->type, value, length);
    case SO_REUSEADDR:
        return sw_give_int(sw_record_has(record, SW_REUSEADDR), value, length);
    case SO_REUSEPORT:
        return sw_give_int(sw_record_has(record, SW_REUSEPORT), value, length);
    case SO_ERROR: {
        int pending = sw_pending_error(socket);
        if (pending != 0)
            return sw_give_int(pending, value, length);
        int error = 0;
        socklen_t size = sizeof error;
        native_get(socket, SOL_SOCKET, name, &error, &size);
        if (tcp && sw_record_has(record, SW_CONNECTED) && sw_record_has(record, SW_RESET_RECEIVED | SW_RESET_SENT))
            error = sw_record_has(record, SW_RESET_RECEIVED) ? ECONNRESET : EPIPE;
        if (tcp && error == ECONNRESET && sw_record_has(record, SW_WAITING)) {
            /* The listener was closed in front of a client that it had no room for. */
            error = ECONNREFUSED;
            sw_record_clear(record, SW_WAITING | SW_CONNECTED);
            sw_record_set(record, SW_CONNECT_FAILED);
            sw_port_give_back(record);
        } else if (tcp && (error == ECONNRESET || error == EPIPE)) {
            sw_stream_was_reset(record);
        }
        return sw_give_int(error, value, length);
    }
    case SO_SNDBUF:
        if (options->send_buffer != 0 || tcp)
            return sw_give_int(options->send_buffer != 0 ? options->send_buffer : 16384, value, length);
        return native_get(socket, SOL_SOCKET, name, value, length);
    case SO_RCVBUF:
        if (options->receive_buffer != 0 || tcp)
            return sw_give_int(options->receive_buffer != 0 ? options->receive_buffer : 131072, value, length);
        return native_get(socket, SOL_SOCKET, name, value, length);
    case OPT_SO_BUF_LOCK:
        return sw_give_int(options->buffer_lock, value, length);
    case SO_PEERCRED: {
        static const struct {
            int pid;
            unsigned uid, gid;
        } NOBODY = {0, (unsigned)-1, (unsigned)-1};
        return sw_give_bytes(&NOBODY, sizeof NOBODY, value, length);
    }
    case SO_PEERNAME: {
        /* inet_getname(): a closed connection's peer is still known. */
        if (record->peer.port == 0)
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
    case OPT_SO_PASSPIDFD:
    case OPT_SO_PASSRIGHTS:
        return -EOPNOTSUPP;
    case OPT_SO_INQ:
        return -ENOPROTOOPT;
    case OPT_SO_TXREHASH:
        return tcp ? sw_give_int(!sw_options_switch(record, SW_SWITCH_NO_REHASH), value, length) : -EOPNOTSUPP;
    case SO_BINDTODEVICE: {
        const char *device = device_name(options->bound_device);
        if (*device == '\0') {
            *length = 0;
            return 0;
        }
        if (*length < IFNAMSIZ)
            return -EINVAL;
        return sw_give_bytes(device, (socklen_t)strlen(device) + 1, value, length);
    }
    case SO_PEERGROUPS:
    case OPT_SO_PEERPIDFD:
        /* Of Unix sockets alone. */
        return -ENODATA;
    case SO_ZEROCOPY:
        return sw_give_int(sw_options_switch(record, SW_SWITCH_ZEROCOPY), value, length);
    case OPT_SO_BINDTOIFINDEX:
        return sw_give_int(options->bound_device, value, length);
    default:
        return native_get(socket, SOL_SOCKET, name, value, length);
    }
}

/* SO_SNDBUF and SO_RCVBUF, also by their names for CAP_NET_ADMIN: the kernel says what becomes of a size. How much a stream holds then is
 * sockets/buffer.h's to say. */
static int set_buffer(struct sw_socket *socket, int name, bool sends, const void *value, socklen_t length) {
    enum { NEW = 212992 };
    int option = sends ? SO_SNDBUF : SO_RCVBUF, before = 0, after = 0;
    socklen_t size = sizeof before;
    native_get(socket, SOL_SOCKET, option, &before, &size);
    int result = native_set(socket, SOL_SOCKET, name, value, length);
    if (result < 0)
        return result;
    native_get(socket, SOL_SOCKET, option, &after, &size);
    struct sw_options *options = sw_options_of(socket->record);
    *(sends ? &options->send_buffer : &options->receive_buffer) = after;
    options->buffer_lock |= sends ? SEND_BUFFER_IS_SET : RECEIVE_BUFFER_IS_SET;
    if (socket->record->type == SOCK_STREAM && sends) {
        sw_buffer_fit(socket, sw_record_peer(socket->network, socket->record));
    } else if (after > before && after > NEW) {
        int half = (before > NEW ? before : NEW) / 2;
        native_set(socket, SOL_SOCKET, option, &half, sizeof half);
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

static void set_switch(struct sw_record *record, enum sw_switch which, bool on) {
    struct sw_options *options = sw_options_of(record);
    uint64_t bit = 1ull << which;
    options->switches = on ? options->switches | bit : options->switches & ~bit;
}

/* tcp_data_ready(), which tcp_set_rcvlowat() calls: whether somebody who waits for `wanted` bytes is to be woken. */
static bool has_enough(const struct sw_socket *socket, int wanted) {
    const struct sw_record *record = socket->record;
    if (!sw_record_has(record, SW_CONNECTED) || sw_record_has(record, SW_RESET_SENT | SW_RESET_RECEIVED))
        return false;
    int unread = sw_stream_unread(socket);
    return sw_stream_has_peer_ended(socket->network, record) || (unread > 0 && unread >= wanted);
}

/* sk_setsockopt() reads an int before it looks whether there is such an option. */
static int refuse(const void *value, socklen_t length, int answer) {
    int unused, result = sw_take_int(SOL_SOCKET, value, length, &unused);
    return result < 0 ? result : answer;
}

/* tcp_set_rcvlowat(): half of what the receive buffer is, which grows with it where the program has not decided on it. */
static int fit_low_water(struct sw_options *options, int wanted) {
    enum { MOST = 16777216 /* half of net.ipv4.tcp_rmem's last */, NEW = 131072 };
    bool is_set = (options->buffer_lock & RECEIVE_BUFFER_IS_SET) != 0;
    int now = options->receive_buffer != 0 ? options->receive_buffer : NEW, most = is_set ? now / 2 : MOST;
    if (wanted < 0 || wanted > most)
        wanted = most;
    if (!is_set && 2 * wanted > now)
        options->receive_buffer = 2 * wanted;
    return wanted;
}

int sw_socket_option_set(struct sw_socket *socket, int name, const void *value, socklen_t length) {
    struct sw_record *record = socket->record;
    switch (name) {
    case SO_REUSEADDR:
        return sw_take_flag(record, SW_REUSEADDR, value, length);
    case SO_REUSEPORT:
        return sw_take_flag(record, SW_REUSEPORT, value, length);
    case SO_TYPE:
    case SO_DOMAIN:
    case SO_PROTOCOL:
    case SO_ERROR:
    case OPT_SO_INQ:
        return refuse(value, length, -ENOPROTOOPT);
    case SO_SNDBUF:
    case SO_SNDBUFFORCE:
        return set_buffer(socket, name, true, value, length);
    case SO_RCVBUF:
    case SO_RCVBUFFORCE:
        return set_buffer(socket, name, false, value, length);
    case SO_PASSCRED:
    case SO_PASSSEC:
    case OPT_SO_PASSPIDFD:
    case OPT_SO_PASSRIGHTS:
        return refuse(value, length, -EOPNOTSUPP);
    case OPT_SO_TXREHASH: {
        int on;
        int result = sw_take_int(SOL_SOCKET, value, length, &on);
        if (result < 0 || record->type != SOCK_STREAM)
            return result < 0 ? result : -EOPNOTSUPP;
        if (on < -1 || on > 1)
            return -EINVAL;
        set_switch(record, SW_SWITCH_NO_REHASH, on == 0);
        return 0;
    }
    case SO_BINDTODEVICE:
        if (value == NULL && length > 0)
            return -EFAULT;
        return set_device(record, value, length);
    case OPT_SO_BINDTOIFINDEX: {
        int index;
        int result = sw_take_int(SOL_SOCKET, value, length, &index);
        if (result < 0)
            return result;
        if (index < 0 || index > 2)
            return index < 0 ? -EINVAL : -ENODEV;
        sw_options_of(record)->bound_device = (uint8_t)index;
        return 0;
    }
    case OPT_SO_BUF_LOCK: {
        int wanted, result = sw_take_int(SOL_SOCKET, value, length, &wanted);
        if (result < 0)
            return result;
        if ((wanted & ~(SEND_BUFFER_IS_SET | RECEIVE_BUFFER_IS_SET)) != 0)
            return -EINVAL;
        sw_options_of(record)->buffer_lock = (uint8_t)wanted;
        return 0;
    }
    case SO_ZEROCOPY: {
        int on;
        int result = sw_take_int(SOL_SOCKET, value, length, &on);
        if (result < 0)
            return result;
        if (sw_record_has(record, SW_UDP_LITE))
            return -EOPNOTSUPP;
        if (on < 0 || on > 1)
            return -EINVAL;
        set_switch(record, SW_SWITCH_ZEROCOPY, on != 0);
        return 0;
    }
    case SO_RCVLOWAT: {
        int wanted, result = sw_take_int(SOL_SOCKET, value, length, &wanted);
        if (result < 0)
            return result;
        if (record->type == SOCK_STREAM)
            wanted = fit_low_water(sw_options_of(record), wanted);
        sw_options_note_native(record, name);
        result = native_set(socket, SOL_SOCKET, name, &wanted, sizeof wanted);
        if (result == 0 && record->type == SOCK_STREAM && has_enough(socket, wanted))
            sw_rewatch_wake(socket->fd);
        return result;
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
        sw_options_note_native(record, name);
        return 0;
    }
    default:
        sw_options_note_native(record, name);
        return native_set(socket, SOL_SOCKET, name, value, length);
    }
}
