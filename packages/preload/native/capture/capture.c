#include "capture/capture.h"

#include "base/config.h"
#include "base/real.h"
#include "capture/packet.h"
#include "capture/pcap_file.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>

enum { PARTS = 64 };

bool sw_capture_is_on(void) {
    return sw_pcap_file_is_wanted();
}

void sw_capture_after_fork_in_child(void) {
    /* Offsets are shared and every record is one append: parent and child may go on with the same descriptor. */
}

/* Sequence numbers count from 0 on both sides, as the record's counters do; SYN and FIN are one each. */
static uint32_t next_sequence(const struct sw_record *record) {
    return (uint32_t)atomic_load_explicit(&record->sent, memory_order_relaxed) + 1 + (sw_record_has(record, SW_FIN_SENT) ? 1 : 0);
}

static uint32_t next_expected(const struct sw_record *record) {
    return (uint32_t)atomic_load_explicit(&record->received, memory_order_relaxed) + 1;
}

/* Whoever sends on a stream holds the lock until its segments are written: what answers them comes later in the file. */
static void append(const struct sw_socket *socket, const struct sw_packet *packet) {
    sigset_t mask;
    sw_network_lock(socket->network, &mask);
    sw_pcap_file_append(packet);
    sw_network_unlock(socket->network, &mask);
}

static void append_tcp(const struct sw_socket *socket, const struct sw_address *source, const struct sw_address *destination, uint8_t flags, uint32_t sequence,
                       uint32_t acknowledgement) {
    struct sw_packet packet;
    sw_packet_tcp(&packet, source, destination, flags, sequence, acknowledgement, NULL, 0);
    append(socket, &packet);
}

void sw_capture_connected(const struct sw_socket *socket) {
    if (!sw_capture_is_on())
        return;
    const struct sw_record *record = socket->record;
    append_tcp(socket, &record->local, &record->peer, SW_TCP_SYN, 0, 0);
    append_tcp(socket, &record->peer, &record->local, SW_TCP_SYN | SW_TCP_ACK, 0, 1);
    append_tcp(socket, &record->local, &record->peer, SW_TCP_ACK, 1, 1);
}

void sw_capture_refused(const struct sw_socket *socket, int error) {
    if (!sw_capture_is_on())
        return;
    const struct sw_record *record = socket->record;
    if (error == ECONNREFUSED) {
        append_tcp(socket, &record->local, &record->peer, SW_TCP_SYN, 0, 0);
        append_tcp(socket, &record->peer, &record->local, SW_TCP_RST | SW_TCP_ACK, 0, 1);
        return;
    }
    struct sw_packet syn, answer;
    sw_packet_tcp(&syn, &record->local, &record->peer, SW_TCP_SYN, 0, 0, NULL, 0);
    append(socket, &syn);
    sw_packet_unreachable(&answer, &record->local, &record->local, false, &syn);
    append(socket, &answer);
}

void sw_capture_blocked(const struct sw_socket *socket, const struct sw_address *destination) {
    if (!sw_capture_is_on())
        return;
    struct sw_site own = {.scope = SW_SCOPE_HOST, .wire_family = destination->family == AF_INET || sw_address_is_mapped(destination) ? 4 : 6,
                          .interface = socket->record->interface};
    struct sw_address source = sw_address_of_site(socket->network, &own, socket->record->name_port, socket->record->family);
    struct sw_packet attempt, answer;
    if (socket->record->type == SOCK_STREAM)
        sw_packet_tcp(&attempt, &source, destination, SW_TCP_SYN, 0, 0, NULL, 0);
    else
        sw_packet_udp(&attempt, &source, destination, NULL, 0);
    append(socket, &attempt);
    sw_packet_unreachable(&answer, &source, &source, false, &attempt);
    append(socket, &answer);
}

/* Writes `length` bytes of the data as segments of the MTU. */
static void append_segments(struct sw_record *record, const struct msghdr *message, size_t length) {
    bool ipv4 = sw_packet_is_ipv4(&record->local, &record->peer);
    size_t most = sw_config_mtu() - (ipv4 ? 40u : 60u);
    size_t index = 0, offset = 0;
    while (length > 0) {
        struct iovec parts[PARTS];
        unsigned count = 0;
        size_t wanted = length < most ? length : most, taken = 0;
        while (taken < wanted && count < PARTS) {
            size_t left = message->msg_iov[index].iov_len - offset, part = left < wanted - taken ? left : wanted - taken;
            if (part > 0)
                parts[count++] = (struct iovec){(char *)message->msg_iov[index].iov_base + offset, part};
            taken += part;
            offset += part;
            if (offset == message->msg_iov[index].iov_len) {
                index++;
                offset = 0;
            }
        }
        length -= taken;
        struct sw_packet packet;
        sw_packet_tcp(&packet, &record->local, &record->peer, SW_TCP_ACK | (length == 0 ? SW_TCP_PSH : 0), next_sequence(record),
                      next_expected(record), parts, count);
        sw_pcap_file_append(&packet);
        atomic_fetch_add_explicit(&record->sent, taken, memory_order_relaxed);
    }
}

/* Waits until the socket takes more, as a blocking send would. False when its time (SO_SNDTIMEO) is over or a signal came. */
static bool wait_writable(int fd) {
    struct timeval limit = {0};
    socklen_t length = sizeof limit;
    sw_real.getsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, &length);
    bool bounded = limit.tv_sec != 0 || limit.tv_usec != 0;
    struct pollfd wanted = {.fd = fd, .events = POLLOUT};
    int count = sw_real.poll(&wanted, 1, bounded ? (int)(limit.tv_sec * 1000 + (limit.tv_usec + 999) / 1000) : -1);
    if (count == 0)
        errno = EAGAIN;
    return count > 0;
}

/* Leaves out the first `done` bytes. */
static void advance(struct msghdr *message, struct iovec parts[PARTS], size_t done) {
    while (message->msg_iovlen > 0 && done >= message->msg_iov->iov_len) {
        done -= message->msg_iov->iov_len;
        message->msg_iov++;
        message->msg_iovlen--;
    }
    if (done == 0 || message->msg_iovlen == 0)
        return;
    if (message->msg_iov < parts || message->msg_iov >= parts + PARTS) {
        size_t count = message->msg_iovlen < PARTS ? message->msg_iovlen : PARTS;
        memcpy(parts, message->msg_iov, count * sizeof *parts);
        message->msg_iov = parts;
        message->msg_iovlen = count;
    }
    message->msg_iov->iov_base = (char *)message->msg_iov->iov_base + done;
    message->msg_iov->iov_len -= done;
}

ssize_t sw_capture_send(struct sw_socket *socket, const struct msghdr *message, int flags) {
    struct iovec parts[PARTS];
    struct msghdr rest = *message;
    ssize_t total = 0;
    bool blocking = (flags & MSG_DONTWAIT) == 0 && (sw_real.fcntl(socket->fd, F_GETFL) & O_NONBLOCK) == 0;
    for (;;) {
        /* Whoever answers to these bytes must wait for the lock before its packet is written. */
        sigset_t mask;
        sw_network_lock(socket->network, &mask);
        ssize_t sent = sw_real.sendmsg(socket->fd, &rest, flags | MSG_DONTWAIT);
        int error = errno;
        if (sent > 0)
            append_segments(socket->record, &rest, (size_t)sent);
        sw_network_unlock(socket->network, &mask);
        errno = error;
        if (sent > 0)
            total += sent;
        size_t left = 0;
        for (size_t i = 0; i < rest.msg_iovlen; i++)
            left += rest.msg_iov[i].iov_len;
        if (sent >= 0 && ((size_t)sent == left || !blocking))
            return total;
        if (sent < 0 && (!blocking || (error != EAGAIN && error != ENOBUFS)))
            return total > 0 ? total : -1;
        if (sent > 0)
            advance(&rest, parts, (size_t)sent);
        if (sent < 0 && !wait_writable(socket->fd))
            return total > 0 ? total : -1;
    }
}

static struct sw_record *peer_of(const struct sw_socket *socket) {
    uint64_t cookie = atomic_load(&socket->record->peer_cookie);
    struct sw_record *peer = sw_record_at(socket->network, socket->record->peer_slot);
    return cookie != 0 && peer != NULL && atomic_load(&peer->cookie) == cookie ? peer : NULL;
}

void sw_capture_closing(const struct sw_socket *socket) {
    struct sw_record *record = socket->record;
    if (record->type != SOCK_STREAM || !sw_record_has(record, SW_CONNECTED))
        return;
    struct sw_record *peer = peer_of(socket);
    bool reset = sw_record_has(record, SW_LINGER_RESET);
    if (reset && peer != NULL)
        sw_record_set(peer, SW_RESET_RECEIVED);
    if (!sw_capture_is_on())
        return;
    int unread = 0;
    if (!reset && sw_real.ioctl(socket->fd, FIONREAD, &unread) == 0 && unread > 0)
        reset = true;
    uint32_t sequence = next_sequence(record), expected = next_expected(record) + (sw_record_has(record, SW_FIN_RECEIVED) ? 1 : 0);
    if (!sw_record_claim(record, SW_FIN_SENT))
        return;
    if (peer != NULL)
        sw_record_set(peer, SW_FIN_RECEIVED);
    append_tcp(socket, &record->local, &record->peer, (reset ? SW_TCP_RST : SW_TCP_FIN) | SW_TCP_ACK, sequence, expected);
}

void sw_capture_end_of_stream(const struct sw_socket *socket) {
    struct sw_record *record = socket->record;
    if (!sw_capture_is_on() || !sw_record_claim(record, SW_FIN_RECEIVED))
        return;
    struct sw_record *peer = peer_of(socket);
    if (peer != NULL && !sw_record_claim(peer, SW_FIN_SENT))
        return;
    append_tcp(socket, &record->peer, &record->local, SW_TCP_FIN | SW_TCP_ACK, next_expected(record), next_sequence(record));
}

void sw_capture_datagram(const struct sw_socket *socket, const struct sw_address *source, const struct sw_address *destination,
                         const struct msghdr *message) {
    if (!sw_capture_is_on())
        return;
    struct sw_packet packet;
    sw_packet_udp(&packet, source, destination, message->msg_iov, (unsigned)message->msg_iovlen);
    append(socket, &packet);
}

void sw_capture_unreachable(const struct sw_socket *socket, const struct sw_address *source, const struct sw_address *destination,
                            const struct msghdr *message) {
    if (!sw_capture_is_on())
        return;
    struct sw_packet about, answer;
    sw_packet_udp(&about, source, destination, message->msg_iov, (unsigned)message->msg_iovlen);
    sw_packet_unreachable(&answer, destination, source, true, &about);
    append(socket, &answer);
}
