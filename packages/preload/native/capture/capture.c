#include "capture/capture.h"

#include "base/parts.h"
#include "base/real.h"
#include "capture/copy.h"
#include "capture/packet.h"
#include "capture/recorder.h"
#include "capture/segments.h"
#include "capture/wait.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
    CHUNK = 128 * 1024,           /* sent, and reserved for, at once */
    PARTS = 64,
    ACKNOWLEDGED = 1 << 20,       /* bytes that a reader takes between two acknowledgements of its own */
    DATAGRAM_MAX = 0xffff,
};

/* Asked for once: getpid(2) is a system call. */
static _Atomic uint32_t own_pid;

void sw_capture_forked_in_child(void) {
    atomic_store(&own_pid, 0);
}

static uint32_t pid_of_self(void) {
    uint32_t pid = atomic_load_explicit(&own_pid, memory_order_relaxed);
    if (pid == 0)
        atomic_store(&own_pid, pid = (uint32_t)getpid());
    return pid;
}

static struct sw_recorder *recorder_of(const struct sw_socket *socket) {
    return sw_capture_is_on(socket->network) ? sw_recorder_of(socket->network) : NULL;
}

/* Sequence numbers count from 0 on both sides, as the record's counters do; SYN and FIN are one each. */
static uint32_t next_sequence(const struct sw_record *record) {
    return (uint32_t)atomic_load_explicit(&record->sent, memory_order_relaxed) + 1 + (sw_record_has(record, SW_FIN_SENT) ? 1 : 0);
}

static uint32_t next_expected(const struct sw_record *record) {
    return (uint32_t)atomic_load_explicit(&record->received, memory_order_relaxed) + 1 + (sw_record_has(record, SW_FIN_RECEIVED) ? 1 : 0);
}


static void copy_address(uint8_t bytes[16], const struct sw_address *address, bool ipv4) {
    memset(bytes, 0, 16);
    if (ipv4)
        memcpy(bytes, address->family == AF_INET ? address->bytes : address->bytes + 12, 4);
    else
        memcpy(bytes, address->bytes, 16);
}

/* All of the header that does not depend on what comes of the call. */
static void describe(const struct sw_socket *socket, const struct sw_recorder *recorder, struct sw_event *event, enum sw_event_kind kind) {
    event->kind = (uint8_t)kind;
    event->flags = 0;
    event->stored = event->length = 0;
    event->pid = pid_of_self();
    event->spawn = socket->record->spawn;
    event->interface = socket->record->interface;
    event->limit = (uint16_t)atomic_load_explicit(&recorder->ring.header->packet_limit, memory_order_relaxed);
}

static void describe_ends(struct sw_event *event, const struct sw_address *source, const struct sw_address *destination) {
    bool ipv4 = sw_packet_is_ipv4(source, destination);
    event->family = ipv4 ? 4 : 6;
    event->source_port = source->port;
    event->destination_port = destination->port;
    copy_address(event->source, source, ipv4);
    copy_address(event->destination, destination, ipv4);
}

/* Whether the place is still ours: someone who was stopped for long may find the ring written over. */
static bool is_current(const struct sw_recorder *recorder, const struct sw_ticket *ticket) {
    return sw_ring_head(&recorder->ring) - ticket->position <= recorder->ring.size;
}

/* Records whole packets as one event. */
static void append(const struct sw_socket *socket, const struct sw_packet *packets, unsigned count) {
    struct sw_recorder *recorder = recorder_of(socket);
    if (recorder == NULL)
        return;
    uint32_t size = 0;
    for (unsigned i = 0; i < count; i++)
        size += (uint32_t)(packets[i].header_length + packets[i].payload_length);
    struct sw_ticket ticket = sw_recorder_reserve(recorder, size);
    if (ticket.event == NULL)
        return;
    describe(socket, recorder, ticket.event, SW_EVENT_PACKETS);
    uint8_t *end = (uint8_t *)(ticket.event + 1);
    for (unsigned i = 0; i < count; i++) {
        memcpy(end, packets[i].header, packets[i].header_length);
        end += packets[i].header_length;
        for (unsigned k = 0; k < packets[i].payload_parts; k++)
            end = (uint8_t *)memcpy(end, packets[i].payload[k].iov_base, packets[i].payload[k].iov_len) + packets[i].payload[k].iov_len;
    }
    ticket.event->stored = ticket.event->length = size;
    sw_recorder_commit(recorder, &ticket);
}

static void append_tcp(const struct sw_socket *socket, const struct sw_address *source, const struct sw_address *destination, uint8_t flags,
                       uint32_t sequence, uint32_t acknowledgement) {
    struct sw_packet packet;
    sw_packet_tcp(&packet, source, destination, flags, sequence, acknowledgement, NULL, 0);
    append(socket, &packet, 1);
}

void sw_capture_connected(const struct sw_socket *socket) {
    if (!sw_capture_is_on(socket->network))
        return;
    const struct sw_record *record = socket->record;
    struct sw_packet packets[3];
    sw_packet_tcp(&packets[0], &record->local, &record->peer, SW_TCP_SYN, 0, 0, NULL, 0);
    sw_packet_tcp(&packets[1], &record->peer, &record->local, SW_TCP_SYN | SW_TCP_ACK, 0, 1, NULL, 0);
    sw_packet_tcp(&packets[2], &record->local, &record->peer, SW_TCP_ACK, 1, 1, NULL, 0);
    append(socket, packets, 3);
}

void sw_capture_refused(const struct sw_socket *socket, int error) {
    if (!sw_capture_is_on(socket->network))
        return;
    const struct sw_record *record = socket->record;
    struct sw_packet packets[2];
    sw_packet_tcp(&packets[0], &record->local, &record->peer, SW_TCP_SYN, 0, 0, NULL, 0);
    if (error == ECONNREFUSED)
        sw_packet_tcp(&packets[1], &record->peer, &record->local, SW_TCP_RST | SW_TCP_ACK, 0, 1, NULL, 0);
    else
        sw_packet_unreachable(&packets[1], &record->local, &record->local, false, &packets[0]);
    append(socket, packets, 2);
}

void sw_capture_blocked(const struct sw_socket *socket, const struct sw_address *destination) {
    if (!sw_capture_is_on(socket->network))
        return;
    struct sw_site own = {.scope = SW_SCOPE_HOST, .wire_family = destination->family == AF_INET || sw_address_is_mapped(destination) ? 4 : 6,
                          .interface = socket->record->interface};
    struct sw_address source = sw_address_of_site(socket->network, &own, socket->record->name_port, socket->record->family);
    struct sw_packet packets[2];
    if (socket->record->type == SOCK_STREAM)
        sw_packet_tcp(&packets[0], &source, destination, SW_TCP_SYN, 0, 0, NULL, 0);
    else
        sw_packet_udp(&packets[0], &source, destination, NULL, 0);
    sw_packet_unreachable(&packets[1], &source, &source, false, &packets[0]);
    append(socket, packets, 2);
}

typedef void copier(void *to, const void *from, size_t size);

static void copy_plainly(void *to, const void *from, size_t size) {
    memcpy(to, from, size);
}

/* Copies `length` bytes of the data behind the event's header; with a limit, the first bytes of each packet. */
static void store(struct sw_event *event, const struct msghdr *message, uint32_t length, uint32_t packet_size, copier *copy) {
    uint8_t *start = (uint8_t *)(event + 1), *end = start;
    uint32_t kept = event->limit == 0 || event->limit > packet_size ? packet_size : event->limit;
    size_t part = 0, offset = 0;
    uint32_t in_packet = 0;
    event->length = length;
    while (length > 0) {
        const struct iovec *from = &message->msg_iov[part];
        size_t run = from->iov_len - offset < length ? from->iov_len - offset : length;
        if (kept < packet_size && run > packet_size - in_packet)
            run = packet_size - in_packet;
        if (in_packet < kept || kept == packet_size) {
            size_t wanted = kept < packet_size && run > kept - in_packet ? kept - in_packet : run;
            copy(end, (char *)from->iov_base + offset, wanted);
            end += wanted;
        }
        if (kept < packet_size)
            in_packet = (in_packet + (uint32_t)run) % packet_size;
        length -= (uint32_t)run;
        offset += run;
        if (offset == from->iov_len) {
            part++;
            offset = 0;
        }
    }
    event->stored = (uint32_t)(end - start);
}

/* Two who write to one socket at once must take their places in the order in which the kernel takes their bytes. This holds for the length of
 * a send that does not wait. It is no more than a hint: after a while it is taken from whoever has it, be it dead or the
 * function that a signal handler has interrupted. */
static void lock_order(struct sw_record *record) {
    enum { ATTEMPTS = 200 };
    for (unsigned i = 0; !sw_record_claim(record, SW_SENDING) && i < ATTEMPTS; i++)
        sw_wait_a_moment();
}

static void describe_segments(const struct sw_socket *socket, const struct sw_recorder *recorder, struct sw_event *event) {
    const struct sw_record *record = socket->record;
    describe(socket, recorder, event, SW_EVENT_SEGMENTS);
    describe_ends(event, &record->local, &record->peer);
    event->flags = SW_TCP_ACK | SW_TCP_PSH;
    event->mtu = recorder->mtu;
    event->sequence = next_sequence(record);
    event->acknowledgement = next_expected(record);
}

/* Sends what there is room for, and records it. */
static ssize_t send_now(struct sw_socket *socket, struct sw_recorder *recorder, const struct msghdr *message, uint32_t size, int flags) {
    struct sw_record *record = socket->record;
    lock_order(record);
    /* Before a place is taken: what another thread reads from now on may stand behind it. */
    uint32_t acknowledgement = next_expected(record);
    struct sw_ticket ticket = sw_recorder_reserve(recorder, size);
    struct sw_event *event = ticket.event;
    if (event != NULL) {
        describe(socket, recorder, event, SW_EVENT_SEGMENTS);
        describe_ends(event, &record->local, &record->peer);
        event->flags = SW_TCP_ACK | SW_TCP_PSH;
        event->mtu = recorder->mtu;
        event->sequence = next_sequence(record);
        event->acknowledgement = acknowledgement;
    }
    ssize_t sent = sw_real.sendmsg(socket->fd, message, flags | MSG_DONTWAIT);
    int error = errno;
    if (sent > 0)
        atomic_fetch_add_explicit(&record->sent, (uint64_t)sent, memory_order_relaxed);
    if (event != NULL && sent > 0 && is_current(recorder, &ticket)) {
        store(event, message, (uint32_t)sent, sw_segment_size(event->mtu, event->family == 4),
              recorder->has_sink ? copy_plainly : sw_copy_past_caches);
        sw_recorder_commit(recorder, &ticket);
    } else if (event != NULL && is_current(recorder, &ticket)) {
        sw_recorder_abandon(recorder, &ticket);
    } else if (sent > 0) {
        sw_ring_lost(&recorder->ring, (uint64_t)sent);
    }
    sw_record_clear(record, SW_SENDING);
    errno = error;
    return sent;
}

ssize_t sw_capture_send(struct sw_socket *socket, const struct msghdr *message, int flags) {
    struct sw_recorder *recorder = sw_recorder_of(socket->network);
    if (recorder == NULL)
        return sw_real.sendmsg(socket->fd, message, flags);
    size_t total = sw_parts_length(message), done = 0;
    for (;;) {
        struct iovec parts[PARTS];
        struct msghdr piece = *message;
        uint32_t size = (uint32_t)total;
        if (done > 0 || total > CHUNK) {
            size_t count;
            size = (uint32_t)sw_parts_window(message, done, CHUNK, parts, PARTS, &count);
            piece.msg_iov = parts;
            piece.msg_iovlen = count;
        }
        ssize_t sent = send_now(socket, recorder, &piece, size, flags);
        if (sent > 0)
            done += (size_t)sent;
        if (sent >= 0 && (size_t)sent == size) {
            if (done >= total)
                return (ssize_t)done;
            continue;
        }
        /* From here on a system call more does not matter: there was no room. */
        bool full = sent >= 0 || errno == EAGAIN || errno == ENOBUFS;
        if (!full || (flags & MSG_DONTWAIT) != 0 || (sw_real.fcntl(socket->fd, F_GETFL) & O_NONBLOCK) != 0)
            return done > 0 ? (ssize_t)done : sent;
        if (!sw_wait_writable(socket->fd))
            return done > 0 ? (ssize_t)done : -1;
    }
}

void sw_capture_late(const struct sw_socket *socket, const struct msghdr *message, size_t length) {
    struct sw_recorder *recorder = recorder_of(socket);
    for (size_t done = 0; recorder != NULL && done < length;) {
        struct iovec parts[PARTS];
        size_t wanted = length - done < CHUNK ? length - done : CHUNK, count;
        uint32_t size = (uint32_t)sw_parts_window(message, done, wanted, parts, PARTS, &count);
        struct msghdr piece = {.msg_iov = parts};
        piece.msg_iovlen = count;
        struct sw_ticket ticket = sw_recorder_reserve(recorder, size);
        if (ticket.event != NULL) {
            describe_segments(socket, recorder, ticket.event);
            store(ticket.event, &piece, size, sw_segment_size(ticket.event->mtu, ticket.event->family == 4), copy_plainly);
            sw_recorder_commit(recorder, &ticket);
        }
        atomic_fetch_add_explicit(&socket->record->sent, size, memory_order_relaxed);
        done += size;
    }
}

void sw_capture_received(const struct sw_socket *socket, size_t size) {
    struct sw_record *record = socket->record;
    uint64_t before = atomic_fetch_add_explicit(&record->received, size, memory_order_relaxed);
    if (before / ACKNOWLEDGED != (before + size) / ACKNOWLEDGED)
        append_tcp(socket, &record->local, &record->peer, SW_TCP_ACK, next_sequence(record), next_expected(record));
}

/* What has arrived at a socket is acknowledged, be it read or not. */
static uint32_t arrived(const struct sw_record *record, int unread) {
    return next_expected(record) + (uint32_t)unread;
}

static int unread_bytes(const struct sw_socket *socket, const struct sw_record *peer) {
    int unread = 0;
    /* The counters of both sides mostly spare the question. */
    if (peer != NULL && atomic_load(&peer->sent) == atomic_load(&socket->record->received))
        return 0;
    return sw_real.ioctl(socket->fd, FIONREAD, &unread) == 0 ? unread : 0;
}

void sw_capture_shutting_down(const struct sw_socket *socket) {
    struct sw_record *record = socket->record;
    if (!sw_capture_is_on(socket->network))
        return;
    struct sw_record *peer = sw_record_peer(socket->network, record);
    uint32_t sequence = next_sequence(record), acknowledgement = arrived(record, unread_bytes(socket, peer));
    if (!sw_record_claim(record, SW_FIN_SENT))
        return;
    if (peer != NULL)
        sw_record_set(peer, SW_FIN_RECEIVED);
    append_tcp(socket, &record->local, &record->peer, SW_TCP_FIN | SW_TCP_ACK, sequence, acknowledgement);
}

void sw_capture_closing(const struct sw_socket *socket) {
    struct sw_record *record = socket->record;
    if (record->type != SOCK_STREAM || !sw_record_has(record, SW_CONNECTED))
        return;
    struct sw_record *peer = sw_record_peer(socket->network, record);
    bool lingers = !sw_record_has(record, SW_LINGER_RESET | SW_LATE);
    if (!lingers && peer != NULL)
        sw_record_set(peer, SW_RESET_RECEIVED);
    if (!sw_capture_is_on(socket->network))
        return;
    int unread = unread_bytes(socket, peer);
    if (lingers && unread == 0) {
        sw_capture_shutting_down(socket);
        return;
    }
    /* A FIN of its own does not keep a side from resetting what the peer has not ended. */
    uint32_t sequence = next_sequence(record), acknowledgement = arrived(record, unread);
    bool ends_own = sw_record_claim(record, SW_FIN_SENT), ends_peers = sw_record_claim(record, SW_FIN_RECEIVED);
    if (!ends_own && !ends_peers)
        return;
    /* Nobody answers a reset. */
    if (peer != NULL)
        sw_record_set(peer, SW_FIN_RECEIVED | SW_FIN_SENT);
    append_tcp(socket, &record->local, &record->peer, SW_TCP_RST | SW_TCP_ACK, sequence, acknowledgement);
}

void sw_capture_end_of_stream(const struct sw_socket *socket) {
    struct sw_record *record = socket->record;
    if (!sw_capture_is_on(socket->network) || !sw_record_claim(record, SW_FIN_RECEIVED))
        return;
    struct sw_record *peer = sw_record_peer(socket->network, socket->record);
    uint32_t sequence = (uint32_t)atomic_load(&record->received) + 1;
    if (peer != NULL && !sw_record_claim(peer, SW_FIN_SENT))
        return;
    append_tcp(socket, &record->peer, &record->local, SW_TCP_FIN | SW_TCP_ACK, sequence, next_sequence(record));
}

static uint32_t datagram_length(const struct msghdr *message) {
    size_t length = sw_parts_length(message);
    return length < DATAGRAM_MAX ? (uint32_t)length : DATAGRAM_MAX;
}

struct sw_ticket sw_capture_datagram_starts(const struct sw_socket *socket, const struct msghdr *message) {
    struct sw_recorder *recorder = recorder_of(socket);
    if (recorder == NULL)
        return (struct sw_ticket){0};
    struct sw_ticket ticket = sw_recorder_reserve(recorder, datagram_length(message));
    if (ticket.event != NULL)
        describe(socket, recorder, ticket.event, SW_EVENT_DATAGRAM);
    return ticket;
}

void sw_capture_datagram_sent(const struct sw_socket *socket, struct sw_ticket *ticket, const struct sw_address *source,
                              const struct sw_address *destination, const struct msghdr *message) {
    struct sw_recorder *recorder = recorder_of(socket);
    if (recorder == NULL || ticket->event == NULL)
        return;
    if (!is_current(recorder, ticket)) {
        sw_ring_lost(&recorder->ring, datagram_length(message));
        return;
    }
    describe_ends(ticket->event, source, destination);
    store(ticket->event, message, datagram_length(message), DATAGRAM_MAX, copy_plainly);
    sw_recorder_commit(recorder, ticket);
}

void sw_capture_datagram_failed(const struct sw_socket *socket, struct sw_ticket *ticket) {
    struct sw_recorder *recorder = recorder_of(socket);
    if (recorder != NULL && ticket->event != NULL && is_current(recorder, ticket))
        sw_recorder_abandon(recorder, ticket);
}

void sw_capture_unreachable(const struct sw_socket *socket, const struct sw_address *source, const struct sw_address *destination,
                            const struct msghdr *message) {
    if (!sw_capture_is_on(socket->network))
        return;
    struct sw_packet about, answer;
    sw_packet_udp(&about, source, destination, message->msg_iov, (unsigned)message->msg_iovlen);
    sw_packet_unreachable(&answer, destination, source, true, &about);
    append(socket, &answer, 1);
}

void sw_capture_finish(void) {
    for (unsigned index = 0; index < sw_network_count(); index++) {
        struct sw_network *network = sw_network_at(index);
        if (network != NULL && sw_capture_is_on(network))
            sw_recorder_finish(network);
    }
}
