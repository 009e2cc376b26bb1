#include "sockets/stream_state.h"

#include "base/real.h"
#include "base/scratch.h"
#include "capture/capture.h"
#include "sockets/port_holders.h"
#include "sockets/readiness.h"
#include "sockets/rewatch.h"
#include "sockets/self.h"
#include "sockets/spill.h"
#include "sockets/stream_anew.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>

bool sw_stream_has_peer_ended(const struct sw_network *network, const struct sw_record *record) {
    if (atomic_load(&record->peer_cookie) == 0)
        return false;
    const struct sw_record *peer = sw_record_peer(network, record);
    return peer == NULL || sw_record_has(peer, SW_WRITE_SHUT);
}

/* Nobody has told it where several processes had the peer, by fork(2) too, and one that was closed before accept(2) leaves no record. */
static bool has_ended(const struct sw_socket *socket) {
    if (sw_stream_has_peer_ended(socket->network, socket->record))
        return true;
    struct pollfd state = {.fd = socket->fd, .events = POLLRDHUP};
    return !sw_record_has(socket->record, SW_READ_SHUT) && sw_real.poll(&state, 1, 0) > 0 && (state.revents & POLLRDHUP) != 0;
}

/* Both sides have said that they send no more: TCP forgets the connection. */
static bool is_over(const struct sw_socket *socket) {
    return sw_record_has(socket->record, SW_WRITE_SHUT) && has_ended(socket);
}

/* A reset closes a TCP socket when it comes, not when the program meets it. */
static bool is_reset(const struct sw_socket *socket) {
    struct pollfd state = {.fd = socket->fd};
    return sw_record_has(socket->record, SW_RESET_RECEIVED | SW_RESET_SENT) ||
           (sw_real.poll(&state, 1, 0) > 0 && (state.revents & POLLERR) != 0);
}

bool sw_stream_is_closed(const struct sw_socket *socket) {
    return !sw_record_has(socket->record, SW_CONNECTED) || is_over(socket) || is_reset(socket);
}

uint8_t sw_stream_state_of(uint32_t flags, bool has_peer_ended) {
    if ((flags & SW_LISTENING) != 0)
        return TCP_LISTEN;
    if ((flags & SW_CONNECTED) == 0)
        return TCP_CLOSE;
    /* The peer's kernel acknowledges the end within 40 ms, so FIN_WAIT1 is not for long. */
    if ((flags & SW_WRITE_SHUT) != 0)
        return has_peer_ended ? TCP_CLOSE : TCP_FIN_WAIT2;
    return has_peer_ended ? TCP_CLOSE_WAIT : TCP_ESTABLISHED;
}

uint8_t sw_stream_state(const struct sw_socket *socket) {
    const struct sw_record *record = socket->record;
    uint32_t flags = atomic_load(&record->flags);
    if ((flags & (SW_LISTENING | SW_CONNECTED)) == SW_CONNECTED && is_reset(socket))
        return TCP_CLOSE;
    if ((flags & (uint32_t)SW_WAITING) != 0)
        return TCP_SYN_SENT;
    return sw_stream_state_of(flags, has_ended(socket));
}

/* What waits to be read, of data in order. */
static int unread_bytes(const struct sw_socket *socket, const struct sw_record *peer) {
    int unread = 0;
    /* The counters of both sides mostly spare the question, but not while the peer is amid of a send, for ever perhaps. */
    if (peer != NULL && !sw_record_has(peer, SW_SENDING) && atomic_load(&peer->sent) == atomic_load(&socket->record->received))
        return 0;
    return sw_real.ioctl(socket->fd, FIONREAD, &unread) == 0 ? unread : 0;
}

/* tcp_close() resets nothing once both sides have ended, but a Unix socket with unread data would. */
static void drop_unread(const struct sw_socket *socket) {
    int saved_errno = errno;
    while (sw_real.recv(socket->fd, sw_nowhere, sizeof sw_nowhere, MSG_DONTWAIT) > 0)
        continue;
    errno = saved_errno;
}

void sw_stream_reset_peer(const struct sw_record *record, struct sw_record *peer) {
    /* tcp_reset(): whose peer has said goodbye before reads the end, and learns of the reset by sending. */
    if (peer != NULL)
        sw_record_set(peer, sw_record_has(record, SW_WRITE_SHUT) ? SW_RESET_SENT : SW_RESET_RECEIVED);
}

void sw_stream_closing(const struct sw_socket *socket) {
    struct sw_record *record = socket->record;
    if (record->type != SOCK_STREAM || !sw_record_has(record, SW_CONNECTED))
        return;
    struct sw_record *peer = sw_record_peer(socket->network, record);
    bool was_over = is_over(socket), has_ended = was_over || sw_record_has(record, SW_RESET_SENT | SW_RESET_RECEIVED);
    bool is_captured = sw_capture_is_on(socket->network);
    int unread = has_ended && !is_captured ? 0 : unread_bytes(socket, peer);
    bool resets = unread > 0 || sw_record_has(record, SW_LINGER_RESET | SW_LATE);
    if (resets && !has_ended)
        sw_stream_reset_peer(record, peer);
    if (is_captured && resets)
        sw_capture_reset(socket, unread);
    else if (is_captured)
        sw_capture_end(socket, unread);
    if (was_over)
        drop_unread(socket);
}

int sw_shutdown(struct sw_socket *socket, int how) {
    struct sw_record *record = socket->record;
    if (how < SHUT_RD || how > SHUT_RDWR)
        return -EINVAL;
    const uint32_t halves = (how != SHUT_WR ? SW_READ_SHUT : 0u) | (how != SHUT_RD ? SW_WRITE_SHUT : 0u);
    if (record->type == SOCK_DGRAM) {
        sw_record_set(record, halves);
        /* Wakes a reader: the Unix socket itself would let it sleep. */
        if (how != SHUT_WR && sw_record_has(record, SW_NAMED))
            sw_spill_send_token(socket->network, record);
        int result = sw_real.shutdown(socket->fd, how) == 0 ? 0 : -errno;
        return sw_record_has(record, SW_CONNECTED) ? result : -ENOTCONN;
    }
    if (sw_record_has(record, SW_WAITING))
        return sw_stream_replace(socket);
    if (!sw_record_has(record, SW_LISTENING) && sw_stream_is_closed(socket)) {
        /* inet_shutdown() closes the halves of a socket without a connection too, and says that it has none. */
        if (!sw_record_has(record, SW_CONNECTED | SW_RESET_SENT)) {
            sw_real.shutdown(socket->fd, how);
            sw_record_set(record, halves);
        }
        /* SS_DISCONNECTING, which only connect(2) with AF_UNSPEC leaves. */
        if (sw_record_has(record, SW_CONNECT_FAILED))
            sw_record_set(record, SW_SPOILT);
        sw_rewatch_wake(socket->fd);
        return -ENOTCONN;
    }
    if (sw_record_has(record, SW_LISTENING)) {
        if (how == SHUT_WR)
            return 0;
        /* Wakes those who wait in accept(2). What is left is a bound socket that can listen again. */
        int result = sw_real.shutdown(socket->fd, how) == 0 ? 0 : -errno;
        return result < 0 ? result : sw_stream_replace(socket);
    }
    /* inet_shutdown(): SS_CONNECTED, so that connect(2) has no outcome to collect. */
    sw_record_clear(record, SW_IN_PROGRESS);
    /* Nothing for the peer, to which a Unix socket would tell it again. */
    if ((atomic_load(&record->flags) & halves) == halves) {
        sw_rewatch_wake(socket->fd);
        return 0;
    }
    if (how != SHUT_RD && sw_capture_is_on(socket->network))
        sw_capture_end(socket, unread_bytes(socket, sw_record_peer(socket->network, record)));
    if (sw_real.shutdown(socket->fd, how) != 0)
        return -errno;
    if (sw_record_has(record, SW_SELF))
        sw_self_shut(socket, how);
    sw_record_set(record, halves);
    if (how != SHUT_RD)
        sw_readiness_write_shut(socket->fd);
    return 0;
}

void sw_stream_was_reset(struct sw_record *record) {
    sw_record_clear(record, SW_CONNECTED | SW_RESET_RECEIVED);
    sw_record_set(record, SW_RESET_SENT);
    sw_port_give_back(record);
}

bool sw_stream_was_ended_first(const struct sw_record *record) {
    return sw_record_has(record, SW_CONNECTED) && sw_record_has(record, SW_RESET_SENT);
}
