#include "sockets/anew.h"

#include "base/real.h"
#include "base/room.h"
#include "sockets/buffer.h"
#include "sockets/life.h"
#include "sockets/options.h"
#include "sockets/rewatch.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>

int sw_anew_make(const struct sw_socket *socket, struct sw_record **record) {
    const struct sw_record *old = socket->record;
    int flags = sw_real.fcntl(socket->fd, F_GETFL);
    struct sw_room room = SW_NO_ROOM;
    int fd;
    do
        fd = sw_real.socket(AF_UNIX, old->type | SOCK_CLOEXEC | (flags & O_NONBLOCK ? SOCK_NONBLOCK : 0), 0);
    while (fd < 0 && sw_room_make(&room));
    sw_room_leave(&room);
    if (fd < 0)
        return -1;
    *record = sw_socket_register(socket->network, fd, old->family, old->type);
    if (*record == NULL) {
        sw_real.close(fd);
        errno = ENFILE;
        return -1;
    }
    (*record)->interface = old->interface;
    sw_options_hand_over(socket, fd, *record);
    if (old->type == SOCK_STREAM)
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

int sw_anew_put(struct sw_socket *socket, int fresh, struct sw_record *record) {
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
