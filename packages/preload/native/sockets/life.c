#include "sockets/life.h"

#include "base/log.h"
#include "base/process.h"
#include "base/real.h"
#include "base/room.h"
#include "capture/capture.h"
#include "sockets/address.h"
#include "sockets/cork.h"
#include "sockets/error_queue.h"
#include "sockets/groups.h"
#include "sockets/late.h"
#include "sockets/options.h"
#include "sockets/path.h"
#include "sockets/self.h"
#include "sockets/spill.h"
#include "sockets/stream_state.h"
#include "state/endpoint_index.h"
#include "state/holders.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

bool sw_socket_may_be_held_elsewhere(const struct sw_record *record) {
    return sw_record_has(record, SW_SHARED) || record->pid != sw_process_id() || record->sharings != sw_process_sharings();
}

/* The same, where it is to be known: a reset is told before the kernel closes the socket, by whoever has it last. */
static bool is_held_elsewhere(const struct sw_network *network, const struct sw_record *record) {
    if (!sw_socket_may_be_held_elsewhere(record))
        return false;
    bool resets = record->type == SOCK_STREAM && sw_record_has(record, SW_LINGER_RESET) && sw_record_has(record, SW_CONNECTED);
    return !resets || sw_record_has(record, SW_SHARED) || sw_socket_has_other_holder(network, record->inode);
}

/* socket(2), as inet_create() of the kernel decides it for an unprivileged process. */
static int check_kind(int family, int type, int protocol) {
    enum { MAX_TYPE = 11, MAX_PROTOCOL = 263, ICMP_V6 = 58 };
    if (type < 0 || type >= MAX_TYPE || protocol < 0 || protocol >= MAX_PROTOCOL)
        return -EINVAL;
    switch (type) {
    case SOCK_STREAM:
        return protocol == 0 || protocol == IPPROTO_TCP ? 0 : -EPROTONOSUPPORT;
    case SOCK_DGRAM:
        if (protocol == (family == AF_INET ? IPPROTO_ICMP : ICMP_V6))
            return -EACCES;
        return protocol == 0 || protocol == IPPROTO_UDP || protocol == IPPROTO_UDPLITE ? 0 : -EPROTONOSUPPORT;
    case SOCK_RAW:
        return protocol == 0 ? -EPROTONOSUPPORT : -EPERM;
    default:
        return -ESOCKTNOSUPPORT;
    }
}

struct sw_record *sw_socket_register(struct sw_network *network, int fd, int family, int type) {
    struct sw_record *record = sw_record_create(network, sw_cookie_of(fd));
    if (record == NULL)
        return NULL;
    struct stat status;
    record->inode = fstat(fd, &status) == 0 ? status.st_ino : 0;
    record->pid = sw_process_id();
    record->sharings = sw_process_sharings();
    record->spawn = sw_config_spawn();
    record->family = (uint8_t)family;
    record->type = (uint8_t)type;
    record->network = (uint8_t)network->ipv4_network;
    return record;
}

int sw_socket_create(int family, int type, int protocol) {
    enum { FLAGS = SOCK_NONBLOCK | SOCK_CLOEXEC };
    int kind = type & ~FLAGS;
    struct sw_network *network;
    int result = check_kind(family, kind, protocol);
    if (result < 0)
        return result;
    result = sw_network_current(&network);
    if (result < 0)
        return result;
    int interface = sw_config_interface();
    if (interface == 0)
        return -EINVAL;
    if (sw_fd_sockets_open() >= sw_config_max_sockets())
        return -ENFILE;

    int fd = sw_real.socket(AF_UNIX, type, 0);
    if (fd < 0)
        return -errno;
    struct sw_record *record = sw_socket_register(network, fd, family, kind);
    if (record == NULL) {
        sw_real.close(fd);
        return -ENFILE;
    }
    record->interface = (uint8_t)interface;
    if (protocol == IPPROTO_UDPLITE)
        sw_record_set(record, SW_UDP_LITE);
    sw_options_start(record);
    if (!sw_fd_set(fd, network, record)) {
        sw_record_free(network, record);
        sw_real.close(fd);
        return -ENOMEM;
    }
    sw_network_host_seen(network, (unsigned)interface);
    return fd;
}

struct sw_name sw_record_name(const struct sw_record *record) {
    return (struct sw_name){
        .udp = record->type == SOCK_DGRAM,
        .loopback = record->name_loopback != 0,
        .wire_family = record->name_family,
        .interface = record->name_interface,
        .port = record->name_port,
        .share = record->share,
        .loopback_address = record->name_address,
    };
}

/* A socket of the other type is refused with EPROTOTYPE by a live socket and with ECONNREFUSED by a file that nobody serves; a live one
 * notices nothing. */
bool sw_name_is_served(const struct sw_network *network, const struct sw_name *name) {
    int saved_errno = errno;
    bool served = true;
    struct sw_path path;
    struct sw_room room = SW_NO_ROOM;
    int probe;
    do
        probe = sw_real.socket(AF_UNIX, (name->udp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    while (probe < 0 && sw_room_make(&room));
    sw_room_leave(&room);
    if (probe >= 0 && sw_path_open(&path, network, name) == 0) {
        int result = sw_path_connect(probe, &path);
        served = result != -ECONNREFUSED && result != -ENOENT;
        sw_path_close(&path);
    }
    if (probe >= 0)
        sw_real.close(probe);
    errno = saved_errno;
    return served;
}

static void unlink_name(const struct sw_network *network, const struct sw_name *name) {
    struct sw_path path;
    if (sw_path_open(&path, network, name) != 0)
        return;
    sw_path_unlink(&path);
    sw_path_close(&path);
}

void sw_socket_unlink(const struct sw_network *network, const struct sw_record *record) {
    struct sw_name name = sw_record_name(record);
    unlink_name(network, &name);
    for (unsigned i = 0; i < 4; i++) {
        if ((record->name_files & sw_claims[i].claim) == 0)
            continue;
        struct sw_name other = name;
        other.share = 0;
        other.wire_family = sw_claims[i].family;
        other.loopback = sw_claims[i].loopback;
        if (!(other.wire_family == name.wire_family && other.loopback == name.loopback && name.share == 0))
            unlink_name(network, &other);
    }
}

void sw_socket_release(struct sw_network *network, struct sw_record *record) {
    int saved_errno = errno;
    if (sw_record_has(record, SW_NAMED))
        sw_socket_unlink(network, record);
    bool rings = sw_record_has(record, SW_LISTENING) || (record->type == SOCK_DGRAM && sw_record_has(record, SW_BOUND));
    if (record->type == SOCK_STREAM && sw_record_has(record, SW_LINGER_RESET | SW_WAITING) && sw_record_has(record, SW_CONNECTED) &&
        !sw_record_has(record, SW_ACCEPTED) && atomic_load(&record->peer_cookie) == 0) {
        sw_record_set(record, SW_GONE);
        sw_record_clear(record, SW_BOUND);
        errno = saved_errno;
        return;
    }
    sw_groups_leave_all(network, record);
    if (record->type == SOCK_DGRAM) {
        sw_spill_discard(network, record);
        sw_cork_discard(network, record);
    } else {
        sw_late_discard(network, record);
    }
    sw_error_queue_discard(network, record);
    sw_record_free(network, record);
    if (rings)
        sw_network_ring(network);
    errno = saved_errno;
}

struct sw_closing sw_socket_closing(struct sw_socket *socket) {
    struct sw_closing closing = {.network = socket->network, .record = socket->record};
    if (!sw_process_is_self()) {
        closing.record = NULL;
        return closing;
    }
    if (sw_record_has(socket->record, SW_DUPLICATED) && sw_fd_count(socket->record, 2) > 1)
        closing.record = NULL;
    /* A listener may have a thread in accept(2), which keeps it. */
    closing.held_elsewhere = closing.record != NULL && (is_held_elsewhere(closing.network, closing.record) || sw_record_has(closing.record, SW_LISTENING));
    if (closing.record != NULL && !closing.held_elsewhere)
        sw_stream_closing(socket);
    if (closing.record != NULL && closing.record->type == SOCK_STREAM && sw_record_has(closing.record, SW_SELF))
        sw_self_closing(closing.record);
    /* First this, then the close: the number may be another thread's a moment later. */
    sw_fd_forget(socket->fd);
    return closing;
}

void sw_socket_closed(const struct sw_closing *closing) {
    if (closing->record == NULL)
        return;
    if (closing->held_elsewhere) {
        /* Only the kernel knows whether that was the last holder, and it tells by the socket's name. A socket without one stays
         * in the table until the table is swept. */
        struct sw_name name = sw_record_name(closing->record);
        if (!sw_record_has(closing->record, SW_NAMED) || sw_name_is_served(closing->network, &name))
            return;
    }
    sw_socket_release(closing->network, closing->record);
}

int sw_socket_close(struct sw_socket *socket) {
    struct sw_closing closing = sw_socket_closing(socket);
    int result = sw_real.close(socket->fd) == 0 ? 0 : -errno;
    sw_socket_closed(&closing);
    return result;
}

static void release_at_exit(struct sw_socket *socket) {
    if (is_held_elsewhere(socket->network, socket->record) || sw_cookie_of(socket->fd) != atomic_load(&socket->record->cookie))
        return;
    sw_stream_closing(socket);
    sw_socket_release(socket->network, socket->record);
}

void sw_socket_release_all(void) {
    if (sw_process_is_self())
        sw_fd_each(release_at_exit);
}
