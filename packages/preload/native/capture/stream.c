/* stream.c: what is sent on a TCP connection. */
#include "base/parts.h"
#include "base/real.h"
#include "capture/capture.h"
#include "capture/counters.h"
#include "capture/entry.h"
#include "capture/packet.h"
#include "capture/wait.h"

#include <errno.h>

enum {
    CHUNK = 128 * 1024, /* sent, and reserved for, at once */
    PARTS = 64,
};

/* Two who write to one socket at once must take their places in the order in which the kernel takes their bytes. This holds for the length of
 * a send that does not wait. It is no more than a hint: after a while it is taken from whoever has it, be it dead or the
 * function that a signal handler has interrupted. */
static void lock_order(struct sw_record *record) {
    enum { ATTEMPTS = 200 };
    for (unsigned i = 0; !sw_record_claim(record, SW_SENDING) && i < ATTEMPTS; i++)
        sw_wait_a_moment();
}

static struct sw_entry begin(const struct sw_socket *socket, uint32_t size) {
    const struct sw_record *record = socket->record;
    /* Before a place is taken: what another thread reads from now on may stand behind it. */
    uint32_t acknowledgement = sw_next_expected(record);
    struct sw_entry entry = sw_entry_begin(socket, SW_EVENT_SEGMENTS, (struct sw_ends){&record->local, &record->peer}, size);
    if (entry.ticket.event != NULL) {
        entry.ticket.event->flags = SW_TCP_ACK | SW_TCP_PSH;
        entry.ticket.event->sequence = sw_next_sequence(record);
        entry.ticket.event->acknowledgement = acknowledgement;
    }
    return entry;
}

/* sendmsg(2), without its price where there is only one part. */
static ssize_t transmit(int fd, const struct msghdr *message, int flags) {
    if (message->msg_iovlen == 1)
        return sw_real.send(fd, message->msg_iov[0].iov_base, message->msg_iov[0].iov_len, flags);
    return sw_real.sendmsg(fd, message, flags);
}

/* Sends what there is room for, and records it. */
static ssize_t send_now(struct sw_socket *socket, const struct msghdr *message, uint32_t size, int flags) {
    struct sw_record *record = socket->record;
    lock_order(record);
    struct sw_entry entry = begin(socket, size);
    sw_entry_fill(&entry, message, size);
    ssize_t sent = transmit(socket->fd, message, flags | MSG_DONTWAIT);
    int error = errno;
    if (sent > 0) {
        atomic_fetch_add_explicit(&record->sent, (uint64_t)sent, memory_order_relaxed);
        sw_entry_end(&entry, message, (uint32_t)sent);
    } else {
        sw_entry_abandon(&entry);
    }
    sw_record_clear(record, SW_SENDING);
    errno = error;
    return sent;
}

/* As much as is sent at once of the `left` bytes of `message` behind the first `done`. */
static uint32_t window(const struct msghdr *message, size_t done, size_t left, struct msghdr *piece, struct iovec parts[PARTS]) {
    size_t count;
    uint32_t size = (uint32_t)sw_parts_window(message, done, left < CHUNK ? left : CHUNK, parts, PARTS, &count);
    *piece = *message;
    piece->msg_iov = parts;
    piece->msg_iovlen = count;
    return size;
}

static __attribute__((noinline)) ssize_t send_in_chunks(struct sw_socket *socket, const struct msghdr *message, size_t total, int flags) {
    for (size_t done = 0;;) {
        struct iovec parts[PARTS];
        struct msghdr piece;
        uint32_t size = window(message, done, total - done, &piece, parts);
        ssize_t sent = send_now(socket, &piece, size, flags);
        if (sent > 0)
            done += (size_t)sent;
        if (sent < 0 || (size_t)sent < size)
            return done > 0 ? (ssize_t)done : sent;
        if (done >= total)
            return (ssize_t)done;
    }
}

ssize_t sw_capture_send(struct sw_socket *socket, const struct msghdr *message, int flags) {
    size_t total = sw_parts_length(message);
    if (total == 0 || sw_recorder_of(socket->network) == NULL)
        return sw_real.sendmsg(socket->fd, message, flags | MSG_DONTWAIT);
    return total <= CHUNK ? send_now(socket, message, (uint32_t)total, flags) : send_in_chunks(socket, message, total, flags);
}

void sw_capture_late(const struct sw_socket *socket, const struct msghdr *message, size_t length) {
    if (!sw_capture_is_on(socket->network))
        return;
    for (size_t done = 0; done < length;) {
        struct iovec parts[PARTS];
        struct msghdr piece;
        uint32_t size = window(message, done, length - done, &piece, parts);
        struct sw_entry entry = begin(socket, size);
        sw_entry_fill(&entry, &piece, size);
        if (!entry.is_filled) {
            sw_entry_abandon(&entry);
            return;
        }
        sw_entry_end(&entry, &piece, size);
        atomic_fetch_add_explicit(&socket->record->sent, size, memory_order_relaxed);
        done += size;
    }
}
