#include "sockets/stream_anew.h"

#include "base/real.h"
#include "base/room.h"
#include "sockets/buffer.h"
#include "sockets/life.h"
#include "sockets/options.h"
#include "sockets/port.h"
#include "sockets/rewatch.h"
#include "sockets/stream_state.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

/* The peer of a connection that still lives meets a reset. The error that the next call is to report. */
static int reset_peer(struct sw_socket *socket) {
    struct sw_record *record = socket->record;
    if (sw_stream_is_closed(socket))
        return sw_socket_error(socket);
    sw_stream_reset_peer(record, sw_record_peer(socket->network, record));
    sw_record_set(record, SW_LINGER_RESET);
    return ECONNRESET;
}

/* A Unix socket like that of `socket` with a record of its own; -1 and errno when there is no room. */
static int make_fresh(const struct sw_socket *socket, struct sw_record **record) {
    const struct sw_record *old = socket->record;
    int flags = sw_real.fcntl(socket->fd, F_GETFL);
    struct sw_room room = SW_NO_ROOM;
    int fd;
    do
        fd = sw_real.socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | (flags & O_NONBLOCK ? SOCK_NONBLOCK : 0), 0);
    while (fd < 0 && sw_room_make(&room));
    sw_room_leave(&room);
    if (fd < 0)
        return -1;
    *record = sw_socket_register(socket->network, fd, old->family, SOCK_STREAM);
    if (*record == NULL) {
        sw_real.close(fd);
        errno = ENFILE;
        return -1;
    }
    (*record)->interface = old->interface;
    memcpy((*record)->options, old->options, sizeof old->options);
    sw_buffer_begin(&(struct sw_socket){.fd = fd, .network = socket->network, .record = *record}, NULL);
    return fd;
}

static bool put_in_place(int fresh, int fd) {
    int descriptor_flags = sw_real.fcntl(fd, F_GETFD);
    return sw_real.dup3(fresh, fd, descriptor_flags & FD_CLOEXEC ? O_CLOEXEC : 0) >= 0;
}

/* Descriptors that dup(2) made share the socket, whatever becomes of it. */
static void replace_duplicates(const struct sw_socket *socket, int fresh, struct sw_record *record) {
    struct sw_socket other;
    for (int fd = sw_fd_next(0); fd >= 0; fd = sw_fd_next(fd + 1)) {
        if (fd == socket->fd || !sw_fd_hint(fd, &other) || other.record != socket->record)
            continue;
        struct sw_rewatch rewatch;
        sw_rewatch_begin(fd, &rewatch);
        if (put_in_place(fresh, fd))
            sw_fd_set(fd, socket->network, record);
        sw_rewatch_end(fd, &rewatch);
        sw_record_set(record, SW_DUPLICATED);
    }
}

/* Puts `fresh` in the place of the socket on all its descriptors. */
static int replace_by(struct sw_socket *socket, int fresh, struct sw_record *record) {
    struct sw_record *old = socket->record;
    if (sw_record_has(old, SW_DUPLICATED))
        replace_duplicates(socket, fresh, record);
    struct sw_rewatch rewatch;
    sw_rewatch_begin(socket->fd, &rewatch);
    struct sw_closing closing = sw_socket_closing(socket);
    closing.held_elsewhere = false; /* Whoever else has the old one has nothing to use it for. */
    if (!put_in_place(fresh, socket->fd)) {
        int error = errno;
        sw_fd_set(socket->fd, socket->network, old);
        sw_rewatch_end(socket->fd, &rewatch);
        return -error;
    }
    sw_socket_closed(&closing);
    sw_fd_set(socket->fd, socket->network, record);
    sw_rewatch_end(socket->fd, &rewatch);
    socket->record = record;
    return 0;
}

int sw_stream_replace(struct sw_socket *socket) {
    enum { KEPT = SW_V6ONLY | SW_REUSEADDR | SW_REUSEPORT | SW_PORT_CHOSEN | SW_BOUND_ADDRESS };
    struct sw_record *old = socket->record, *record;
    bool was_connected = sw_record_has(old, SW_CONNECTED | SW_RESET_SENT);
    bool was_closed = !was_connected && !sw_record_has(old, SW_LISTENING);
    bool keeps_port = sw_record_has(old, SW_BOUND) && (sw_record_has(old, SW_PORT_CHOSEN) || was_closed);
    int fresh = make_fresh(socket, &record);
    if (fresh < 0)
        return -errno;

    struct sw_address local = old->local;
    uint16_t port = old->name_port;
    uint32_t flags = atomic_load(&old->flags);
    int error = was_connected ? reset_peer(socket) : sw_socket_error(socket);
    sw_record_set(record, (flags & (uint32_t)KEPT) | (atomic_load(&old->flags) & SW_LINGER_RESET));
    int result = replace_by(socket, fresh, record);
    sw_real.close(fresh);
    if (result < 0) {
        sw_record_free(socket->network, record);
        return result;
    }
    record->local = local;
    if ((flags & SW_BOUND_ADDRESS) == 0)
        memset(record->local.bytes, 0, sizeof record->local.bytes);
    atomic_store(&record->pending_error, error);
    if (keeps_port)
        sw_bind_again(socket, port);
    return 0;
}

int sw_stream_renew(struct sw_socket *socket) {
    enum { KEPT = SW_V6ONLY | SW_REUSEADDR | SW_REUSEPORT | SW_LINGER_RESET | SW_IN_PROGRESS | SW_CONNECT_FAILED | SW_READ_SHUT | SW_WRITE_SHUT };
    struct sw_record *old = socket->record, *record;
    bool was_connected = sw_record_has(old, SW_CONNECTED | SW_RESET_SENT);
    int fresh = make_fresh(socket, &record);
    if (fresh < 0)
        return -errno;

    uint32_t flags = atomic_load(&old->flags);
    sw_record_set(record, (flags & (uint32_t)KEPT) | (was_connected ? SW_RESET_SENT : 0));
    record->local = old->local;
    record->peer = old->peer;
    atomic_store(&record->pending_error, sw_socket_error(socket));
    if (was_connected || (flags & (SW_READ_SHUT | SW_WRITE_SHUT)) == (SW_READ_SHUT | SW_WRITE_SHUT))
        sw_real.shutdown(fresh, SHUT_RDWR);
    else if ((flags & (SW_READ_SHUT | SW_WRITE_SHUT)) != 0)
        sw_real.shutdown(fresh, (flags & SW_READ_SHUT) != 0 ? SHUT_RD : SHUT_WR);
    int result = replace_by(socket, fresh, record);
    sw_real.close(fresh);
    if (result < 0)
        sw_record_free(socket->network, record);
    return result;
}
