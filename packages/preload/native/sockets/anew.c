#include "sockets/anew.h"

#include "base/real.h"
#include "base/room.h"
#include "base/scratch.h"
#include "sockets/buffer.h"
#include "sockets/life.h"
#include "sockets/options.h"
#include "sockets/rewatch.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <sys/socket.h>

/* Whom the socket signals, and with what: fcntl(2). */
static void hand_over_signals(int from, int to, int flags) {
    struct f_owner_ex owner;
    if (sw_real.fcntl(from, F_GETOWN_EX, &owner) == 0 && owner.pid != 0)
        sw_real.fcntl(to, F_SETOWN_EX, &owner);
    int number = sw_real.fcntl(from, F_GETSIG);
    if (number > 0)
        sw_real.fcntl(to, F_SETSIG, number);
    if ((flags & O_ASYNC) != 0)
        sw_real.fcntl(to, F_SETFL, flags);
}

/* The filter that SO_ATTACH_FILTER gave; one of SO_ATTACH_BPF cannot be read. */
static void hand_over_filter(int from, int to) {
    socklen_t count = 0; /* of instructions */
    if (sw_real.getsockopt(from, SOL_SOCKET, SO_GET_FILTER, NULL, &count) != 0 || count == 0)
        return;
    size_t size = count * sizeof(struct sock_filter);
    struct sock_filter *code = sw_scratch_take(size);
    if (code != NULL && sw_real.getsockopt(from, SOL_SOCKET, SO_GET_FILTER, code, &count) == 0)
        sw_real.setsockopt(to, SOL_SOCKET, SO_ATTACH_FILTER, &(struct sock_fprog){(unsigned short)count, code}, sizeof(struct sock_fprog));
    sw_scratch_give_back(code, size);
}

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
    int saved_errno = errno;
    hand_over_signals(socket->fd, fd, flags);
    hand_over_filter(socket->fd, fd);
    errno = saved_errno;
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
