#include "sockets/self.h"

#include "base/own_descriptors.h"
#include "base/real.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

enum { OUTLETS = 32 }; /* no more in one process: own_descriptors.h has room for twice as many */

/* An entry is free while its cookie is, and somebody's who is about to fill or to empty it while that is deleted. */
static struct {
    _Atomic uint64_t cookie;
    _Atomic int fd;
} outlets[OUTLETS];

static bool keep_outlet(const struct sw_record *record, int fd) {
    for (unsigned i = 0; i < OUTLETS; i++) {
        uint64_t nobody = SW_COOKIE_FREE;
        if (!atomic_compare_exchange_strong(&outlets[i].cookie, &nobody, SW_COOKIE_DELETED))
            continue;
        atomic_store(&outlets[i].fd, sw_own_descriptor_take(fd));
        atomic_store(&outlets[i].cookie, atomic_load(&record->cookie));
        return true;
    }
    return false;
}

static int outlet_of(const struct sw_record *record) {
    uint64_t cookie = atomic_load(&record->cookie);
    for (unsigned i = 0; i < OUTLETS; i++)
        if (atomic_load(&outlets[i].cookie) == cookie)
            return atomic_load(&outlets[i].fd);
    return -1;
}

static bool drop_outlet(uint64_t cookie) {
    for (unsigned i = 0; i < OUTLETS; i++) {
        uint64_t expected = cookie;
        if (!atomic_compare_exchange_strong(&outlets[i].cookie, &expected, SW_COOKIE_DELETED))
            continue;
        int fd = atomic_load(&outlets[i].fd);
        sw_own_descriptor_release(fd);
        sw_real.close(fd);
        atomic_store(&outlets[i].cookie, SW_COOKIE_FREE);
        return true;
    }
    return false;
}

/* Sockets may be closed behind our back: their outlets are of no use. */
static void sweep(struct sw_network *network) {
    for (unsigned i = 0; i < OUTLETS; i++) {
        uint64_t cookie = atomic_load(&outlets[i].cookie);
        struct sw_record *record = cookie > SW_COOKIE_DELETED ? sw_record_find(network, cookie) : NULL;
        if (cookie > SW_COOKIE_DELETED && (record == NULL || sw_fd_count(record, 1) == 0))
            drop_outlet(cookie);
    }
}

/* Anybody may connect to a name of the abstract namespace: only the socket itself is let in. */
static int accept_from(int listener, int fd) {
    struct sockaddr_un own, from;
    socklen_t own_length = sizeof own, length;
    if (sw_real.getsockname(fd, (struct sockaddr *)&own, &own_length) != 0)
        return -1;
    for (;;) {
        length = sizeof from;
        int accepted = sw_real.accept4(listener, (struct sockaddr *)&from, &length, SOCK_CLOEXEC);
        if (accepted < 0 || (length == own_length && memcmp(&from, &own, length) == 0))
            return accepted;
        sw_real.close(accepted);
    }
}

/* The other end of `fd`, which is connected by it; -1 when that cannot be. */
static int make_outlet(int fd) {
    enum { ROOM = 16 };
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    socklen_t length = sizeof name;
    int listener = sw_real.socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), outlet = -1;
    /* A bind(2) of nothing gets a name that nobody has: unix(7). */
    if (listener >= 0 && sw_real.bind(listener, (struct sockaddr *)&name, offsetof(struct sockaddr_un, sun_path)) == 0 &&
        sw_real.listen(listener, ROOM) == 0 && sw_real.getsockname(listener, (struct sockaddr *)&name, &length) == 0 &&
        sw_real.connect(fd, (struct sockaddr *)&name, length) == 0)
        outlet = accept_from(listener, fd);
    if (listener >= 0)
        sw_real.close(listener);
    return outlet;
}

int sw_self_connect(const struct sw_socket *socket) {
    struct sw_record *record = socket->record;
    int saved_errno = errno;
    sweep(socket->network);
    int outlet = make_outlet(socket->fd);
    bool is_kept = outlet >= 0 && keep_outlet(record, outlet);
    if (outlet >= 0 && !is_kept)
        sw_real.close(outlet);
    errno = saved_errno;
    if (!is_kept)
        return -ECONNREFUSED;
    record->peer_slot = sw_record_slot(socket->network, record);
    atomic_store(&record->peer_cookie, atomic_load(&record->cookie));
    sw_record_set(record, SW_SELF);
    return 0;
}

struct sw_socket sw_self_outlet(const struct sw_socket *socket) {
    struct sw_socket outlet = {.fd = outlet_of(socket->record), .network = socket->network, .record = socket->record};
    struct timeval limit;
    socklen_t length = sizeof limit;
    int saved_errno = errno;
    if (outlet.fd >= 0 && sw_real.getsockopt(socket->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, &length) == 0)
        sw_real.setsockopt(outlet.fd, SOL_SOCKET, SO_SNDTIMEO, &limit, length);
    errno = saved_errno;
    return outlet;
}

void sw_self_shut(const struct sw_socket *socket, int how) {
    int outlet = outlet_of(socket->record);
    if (how != SHUT_RD && outlet >= 0)
        sw_real.shutdown(outlet, SHUT_WR);
}

void sw_self_closing(const struct sw_record *record) {
    int saved_errno = errno;
    drop_outlet(atomic_load(&record->cookie));
    errno = saved_errno;
}
