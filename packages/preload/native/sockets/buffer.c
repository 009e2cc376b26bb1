#include "sockets/buffer.h"

#include "base/clock.h"
#include "base/real.h"
#include "capture/wait.h"
#include "sockets/options.h"

#include <errno.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>

enum {
    NEW = 212992,                 /* what a new Unix socket has: net.core.wmem_default */
    AT_WORK = 2 * NEW,            /* which everybody may have: twice net.core.wmem_max */
    MOST = 1 << 25,
    UNSET_LIMIT = 3900 * 1024,    /* what a connection of the kernel's holds when nobody has set anything */
    UNSET_RECEIVE_BUFFER = 131072,
    UNSET_WINDOW = 65536,
};

/* What was done to the buffer of a Unix socket. */
enum sw_buffer {
    SW_BUFFER_NEW,
    SW_BUFFER_SET, /* by the program: as small as TCP's would be */
    SW_BUFFER_AT_WORK,
    SW_BUFFER_GROWN,
};

/* The largest buffer that this process may have, as far as it was seen: net.core.wmem_max, without CAP_NET_ADMIN. */
static _Atomic uint64_t largest = MOST;

/* How many bytes the kernel would take on this connection while nobody reads: what it was seen to take for many sizes of both buffers. Without
 * SO_SNDBUF the sender's buffer grows with the window, whatever the receiver has set. */
static uint64_t limit_of(const struct sw_socket *socket, const struct sw_record *peer) {
    uint64_t send_buffer = (uint64_t)sw_options_of(socket->record)->send_buffer;
    uint64_t receive_buffer = peer != NULL ? (uint64_t)sw_options_of((struct sw_record *)peer)->receive_buffer : 0;
    if (send_buffer == 0)
        return UNSET_LIMIT;
    if (receive_buffer == 0)
        receive_buffer = UNSET_RECEIVE_BUFFER;
    return send_buffer * 3 / 4 + receive_buffer;
}

/* Sets the buffer to `size` as SO_SNDBUF reads it, or to as much of it as this process may have. */
static void resize(int fd, uint64_t size) {
    int half = (int)(size / 2);
    if (sw_real.setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &half, sizeof half) != 0)
        sw_real.setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &half, sizeof half);
}

static uint64_t size_of(int fd) {
    int size = 0;
    socklen_t length = sizeof size;
    return sw_real.getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, &length) == 0 ? (uint64_t)size : 0;
}

uint64_t sw_buffer_room(const struct sw_socket *socket) {
    int queued = 0;
    uint64_t size = size_of(socket->fd);
    return sw_real.ioctl(socket->fd, SIOCOUTQ, &queued) == 0 && (uint64_t)queued < size ? size - (uint64_t)queued : 0;
}

static uint64_t received_by(const struct sw_record *peer) {
    return peer != NULL ? atomic_load_explicit(&peer->received, memory_order_relaxed) : 0;
}

static uint64_t unread_of(const struct sw_record *record, const struct sw_record *peer) {
    uint64_t sent = atomic_load_explicit(&record->sent, memory_order_relaxed), received = received_by(peer);
    return sent > received ? sent - received : 0;
}

uint64_t sw_buffer_window(const struct sw_record *receiver) {
    uint64_t receive_buffer = receiver != NULL ? (uint64_t)sw_options_of((struct sw_record *)receiver)->receive_buffer : 0;
    return receive_buffer != 0 ? receive_buffer : UNSET_WINDOW;
}

uint64_t sw_buffer_unsent(const struct sw_network *network, const struct sw_record *record, uint64_t queued) {
    const struct sw_record *peer = sw_record_peer(network, record);
    uint64_t unread = unread_of(record, peer), window = sw_buffer_window(peer);
    if (unread > queued)
        unread = queued;
    return unread > window ? unread - window : 0;
}

bool sw_buffer_is_at_work(const struct sw_socket *socket) {
    uint8_t buffer = sw_options_of(socket->record)->buffer;
    return buffer == SW_BUFFER_SET || buffer == SW_BUFFER_AT_WORK;
}

bool sw_buffer_is_full(const struct sw_socket *socket) {
    struct sw_options *options = sw_options_of(socket->record);
    /* A system call is too much while a reader and a writer take turns. */
    uint64_t size = options->buffer == SW_BUFFER_NEW ? NEW : options->buffer == SW_BUFFER_AT_WORK ? AT_WORK : size_of(socket->fd);
    uint32_t received = (uint32_t)received_by(sw_record_peer(socket->network, socket->record));
    bool has_read_half = received - options->read_when_full > size / 2;
    options->read_when_full = received;
    return has_read_half;
}

void sw_buffer_go_to_work(const struct sw_socket *socket) {
    /* In front of a full backlog a client is full on purpose. */
    if (sw_buffer_is_at_work(socket) || sw_record_has(socket->record, SW_WAITING))
        return;
    if (sw_options_of(socket->record)->send_buffer != 0) {
        sw_buffer_fit(socket, sw_record_peer(socket->network, socket->record));
        return;
    }
    int saved_errno = errno;
    resize(socket->fd, AT_WORK);
    sw_options_of(socket->record)->buffer = SW_BUFFER_AT_WORK;
    errno = saved_errno;
}

/* Whether the reader takes something within the time in which one that is at work would. */
static bool is_reading(const struct sw_record *peer) {
    enum { LONG_ENOUGH = 50000 };
    uint64_t before = received_by(peer);
    /* Who was not accepted yet has no reader. */
    if (peer == NULL)
        return false;
    uint64_t start = sw_clock_ns(CLOCK_MONOTONIC);
    do {
        sw_wait_a_moment();
        if (received_by(peer) != before)
            return true;
    } while (sw_clock_ns(CLOCK_MONOTONIC) - start < LONG_ENOUGH);
    return false;
}

/* How large the buffer has to be for all that TCP would take. The Unix socket's measure is memory: so much more as the program's writes
 * take of it. */
static uint64_t wanted_size(const struct sw_socket *socket, const struct sw_record *peer, uint64_t size) {
    uint64_t unread = unread_of(socket->record, peer), limit = limit_of(socket, peer), most = atomic_load(&largest);
    uint64_t wanted = unread < limit ? size * limit / (unread + 1) : 0;
    return wanted < most ? wanted : most;
}

bool sw_buffer_grow(const struct sw_socket *socket, bool is_stuck) {
    const struct sw_record *peer = sw_record_peer(socket->network, socket->record);
    /* In front of a full backlog a client is full on purpose. */
    if (sw_record_has(socket->record, SW_WAITING))
        return false;
    int saved_errno = errno;
    uint64_t size = size_of(socket->fd), wanted = wanted_size(socket, peer, size), now = size;
    /* Less than this is not worth a try. */
    if (wanted > size + size / 16 && (is_stuck || !is_reading(peer))) {
        resize(socket->fd, wanted);
        now = size_of(socket->fd);
        sw_options_of(socket->record)->buffer = SW_BUFFER_GROWN;
        if (now < wanted - 1)
            atomic_store(&largest, now);
    }
    errno = saved_errno;
    return now > size;
}

void sw_buffer_fit(const struct sw_socket *socket, const struct sw_record *peer) {
    if (sw_options_of(socket->record)->send_buffer == 0)
        return;
    int saved_errno = errno;
    uint64_t limit = limit_of(socket, peer);
    /* A tenth for what the Unix socket adds to writes of some kilobytes. */
    uint64_t wanted = limit + limit / 10;
    resize(socket->fd, wanted < NEW ? wanted : NEW);
    sw_options_of(socket->record)->buffer = SW_BUFFER_SET;
    errno = saved_errno;
}

void sw_buffer_begin(const struct sw_socket *socket, const struct sw_record *peer) {
    struct sw_options *options = sw_options_of(socket->record);
    options->read_when_full = 0;
    options->buffer = SW_BUFFER_NEW;
    sw_buffer_fit(socket, peer);
}
