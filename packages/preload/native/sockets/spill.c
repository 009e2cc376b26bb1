#include "sockets/spill.h"

#include "base/parts.h"
#include "base/real.h"
#include "base/room.h"
#include "base/scratch.h"
#include "sockets/life.h"
#include "sockets/options.h"
#include "sockets/path.h"
#include "sockets/side_file.h"
#include "state/watches.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

/* Each datagram is behind its header. */
struct spill_header {
    uint32_t length;
    struct sw_sender sender;
};
enum { MOST = 65535, PARTS = 64 };

/* What the kernel charges SO_RCVBUF beyond the payload, roughly: struct sk_buff and the slack of its data. */
enum { OVERHEAD = 768 };

static unsigned room(const struct sw_record *receiver) {
    int set = sw_options_of((struct sw_record *)receiver)->receive_buffer;
    return set != 0 ? (unsigned)set : 212992;
}

void sw_spill_put(struct sw_network *network, struct sw_record *receiver, const struct sw_sender *sender, const struct msghdr *message) {
    struct sw_side side;
    if (!sw_side_open(&side, network, receiver, SW_SIDE_SPILL, true))
        return;
    struct spill_header header = {.sender = *sender};
    header.sender.dropped = atomic_load(&receiver->dropped);
    struct iovec parts[1 + PARTS] = {{&header, sizeof header}};
    size_t count;
    header.length = (uint32_t)sw_parts_window(message, 0, MOST, parts + 1, PARTS, &count);
    size_t waiting = sw_side_size(&side) + (size_t)atomic_load(&receiver->spilled) * OVERHEAD;
    bool is_first = false;
    if (waiting + header.length < room(receiver) && sw_side_append(&side, parts, 1 + count))
        is_first = atomic_fetch_add(&receiver->spilled, 1) == 0;
    else
        atomic_fetch_add(&receiver->dropped, 1);
    sw_side_close(&side);
    /* The queue was full a moment ago, but its reader may have emptied it since and sleep. */
    if (is_first)
        sw_spill_announce(network, receiver);
}

/* Any process of the network may write to the file: its bytes are looked at before they are taken for what they should be. */
static bool is_sender(const struct sw_sender *sender) {
    const struct sw_name *name = &sender->name;
    const uint16_t destination = sender->destination.family;
    if (destination != 0 && destination != AF_INET && destination != AF_INET6)
        return false;
    if (sender->address.family != 0)
        return sender->address.family == AF_INET || sender->address.family == AF_INET6;
    uint8_t udp, loopback, wildcard;
    memcpy(&udp, &name->udp, sizeof udp);
    memcpy(&loopback, &name->loopback, sizeof loopback);
    memcpy(&wildcard, &name->wildcard, sizeof wildcard);
    return udp == 1 && loopback <= 1 && wildcard <= 1 && (name->wire_family == 4 || name->wire_family == 6);
}

ssize_t sw_spill_take(struct sw_network *network, struct sw_record *receiver, struct sw_sender *sender, struct msghdr *message, bool peek) {
    struct sw_side side;
    if (atomic_load(&receiver->spilled) == 0)
        return -EAGAIN;
    if (!sw_side_open(&side, network, receiver, SW_SIDE_SPILL, false)) {
        atomic_store(&receiver->spilled, 0);
        return -EAGAIN;
    }
    ssize_t result = -EAGAIN;
    struct spill_header header;
    if (sw_side_peek(&side, 0, &header, sizeof header) && is_sender(&header.sender) && header.length <= MOST &&
        sw_side_size(&side) >= sizeof header + header.length) {
        *sender = header.sender;
        ssize_t got = sw_side_read(&side, sizeof header, header.length, message);
        message->msg_flags = got >= 0 && got < (ssize_t)header.length ? MSG_TRUNC : 0;
        result = got < 0 ? got : (ssize_t)header.length;
    }
    if (result == -EAGAIN) {
        /* Whatever is in the file, it is not ours. */
        sw_side_drop(&side, sw_side_size(&side));
        atomic_store(&receiver->spilled, 0);
    } else if (!peek) {
        sw_side_drop(&side, sizeof header + header.length);
        atomic_fetch_sub(&receiver->spilled, 1);
    }
    sw_side_close(&side);
    return result;
}

/* Nothing is dropped while nothing is spilled, and what was spilled first came right behind that. */
uint32_t sw_spill_dropped(const struct sw_socket *socket) {
    struct sw_side side;
    struct spill_header header;
    uint32_t dropped = atomic_load(&socket->record->dropped);
    if (atomic_load(&socket->record->spilled) == 0 || !sw_side_open(&side, socket->network, socket->record, SW_SIDE_SPILL, false))
        return dropped;
    if (sw_side_peek(&side, 0, &header, sizeof header))
        dropped = header.sender.dropped;
    sw_side_close(&side);
    return dropped;
}

static void forget_token(struct sw_record *receiver) {
    sw_record_clear(receiver, SW_ERROR_TOKEN | SW_TOKEN_FIRST);
}

enum queued { NOTHING, TOKEN, DATAGRAM };

/* The next datagram that waits in the Unix socket, taken out of it. */
static enum queued take_queued(const struct sw_socket *socket, struct spill_header *header, char data[static MOST]) {
    struct sw_told told = sw_options_told(socket->record);
    struct sockaddr_un from;
    socklen_t length;
    ssize_t size;
    do {
        length = sizeof from;
        size = sw_real.recvfrom(socket->fd, data, MOST, MSG_DONTWAIT, (struct sockaddr *)&from, &length);
    } while (size < 0 && (errno == ECONNRESET || errno == EINTR));
    if (size < 0)
        return NOTHING;
    *header = (struct spill_header){.length = (uint32_t)size, .sender = {.ttl = told.ttl, .tos = told.tos, .dropped = atomic_load(&socket->record->dropped)}};
    if (sw_name_of_unix(&from, length, &header->sender.name))
        return DATAGRAM;
    if (size == 0 && length <= offsetof(struct sockaddr_un, sun_path)) {
        forget_token(socket->record);
        return TOKEN;
    }
    /* Whoever it is has no address that the program could be told. */
    header->sender.address.family = socket->record->family;
    return DATAGRAM;
}

/* Moves what is in front of a token, or all there is: tokens stand for nothing that is moved, and go. */
static void move_queued(const struct sw_socket *socket, char data[static MOST], bool to_token) {
    struct sw_side side;
    if (!sw_side_open(&side, socket->network, socket->record, SW_SIDE_SPILL, true))
        return;
    size_t later = sw_side_size(&side);
    struct spill_header header;
    uint32_t moved = 0;
    enum queued queued;
    while ((queued = take_queued(socket, &header, data)) != NOTHING && !(queued == TOKEN && to_token)) {
        struct iovec parts[] = {{&header, sizeof header}, {data, header.length}};
        moved += queued == DATAGRAM && sw_side_append(&side, parts, 2);
    }
    /* What was spilled before goes behind it. */
    for (size_t done = 0, size; moved > 0 && done < later; done += size) {
        size = later - done < MOST ? later - done : MOST;
        struct iovec part = {data, size};
        if (!sw_side_peek(&side, done, data, size) || !sw_side_append(&side, &part, 1))
            break;
    }
    if (moved > 0 && later > 0)
        sw_side_drop(&side, later);
    atomic_fetch_add(&socket->record->spilled, moved);
    sw_side_close(&side);
}

void sw_spill_queue(const struct sw_socket *socket) {
    int saved_errno = errno;
    bool is_empty = sw_real.recv(socket->fd, sw_nowhere, 0, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
    char *data = is_empty ? NULL : sw_scratch_take(MOST);
    if (data != NULL)
        move_queued(socket, data, false);
    sw_scratch_give_back(data, MOST);
    errno = saved_errno;
}

bool sw_spill_send_token(struct sw_network *network, struct sw_record *receiver) {
    int saved_errno = errno;
    struct sw_name name = sw_record_name(receiver);
    struct sw_path path;
    bool sent = false;
    struct sw_room room = SW_NO_ROOM;
    int fd;
    do
        fd = sw_real.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    while (fd < 0 && sw_room_make(&room));
    sw_room_leave(&room);
    if (fd >= 0 && sw_path_open(&path, network, &name) == 0) {
        sent = sw_path_send(fd, &path, &(struct msghdr){0}, MSG_DONTWAIT | MSG_NOSIGNAL) == 0;
        sw_path_close(&path);
    }
    if (fd >= 0)
        sw_real.close(fd);
    errno = saved_errno;
    return sent;
}

static void announce(struct sw_network *network, struct sw_record *receiver) {
    if (sw_spill_send_token(network, receiver))
        return;
    /* The queue is full, and who reads from it announces the rest. But who has just emptied it saw a token on its way: a queue that is
     * full after the claim was given back is the proof that nobody has. One token too many is harmless. */
    forget_token(receiver);
    sw_spill_send_token(network, receiver);
}

void sw_spill_announce(struct sw_network *network, struct sw_record *receiver) {
    if (sw_record_claim(receiver, SW_ERROR_TOKEN))
        announce(network, receiver);
}

/* What is in front in the queue of the Unix socket. */
static enum queued look(const struct sw_socket *socket) {
    struct sockaddr_un from;
    socklen_t length = sizeof from;
    ssize_t size = sw_real.recvfrom(socket->fd, sw_nowhere, 1, MSG_PEEK | MSG_DONTWAIT, (struct sockaddr *)&from, &length);
    if (size < 0)
        return NOTHING;
    return size == 0 && length <= offsetof(struct sockaddr_un, sun_path) ? TOKEN : DATAGRAM;
}

/* Whoever has just met the token puts a new one there. The flag comes before the look: of a sender that passes by, either the datagram is
 * seen here or the flag there. */
static void announce_first(const struct sw_socket *socket) {
    int saved_errno = errno;
    if (!sw_record_claim(socket->record, SW_ERROR_TOKEN))
        return;
    sw_record_claim(socket->record, SW_TOKEN_FIRST);
    if (look(socket) != NOTHING)
        sw_record_clear(socket->record, SW_TOKEN_FIRST);
    announce(socket->network, socket->record);
    errno = saved_errno;
}

/* An edge is told with each token: a reader that waits for one would sleep behind a token that stays. */
static bool is_watched_for_edges(int fd) {
    struct sw_watch watch;
    for (unsigned position = 0; sw_watch_next(fd, &position, &watch);)
        if ((watch.event.events & EPOLLET) != 0)
            return true;
    return false;
}

bool sw_spill_is_first(const struct sw_socket *socket) {
    return sw_record_has(socket->record, SW_TOKEN_FIRST) && atomic_load(&socket->record->spilled) != 0 && !is_watched_for_edges(socket->fd);
}

bool sw_spill_token_taken(const struct sw_socket *socket) {
    int saved_errno = errno;
    forget_token(socket->record);
    bool is_behind = atomic_load(&socket->record->spilled) != 0 && look(socket) == DATAGRAM;
    if (is_behind)
        sw_spill_announce(socket->network, socket->record);
    errno = saved_errno;
    return is_behind;
}

/* The token that stayed goes. Another reader may have taken it in the meantime, and what is met then has come since. */
static void drop_token(const struct sw_socket *socket) {
    int saved_errno = errno;
    char *data = sw_scratch_take(MOST);
    if (data != NULL)
        move_queued(socket, data, true);
    sw_scratch_give_back(data, MOST);
    if (atomic_load(&socket->record->spilled) != 0)
        sw_spill_announce(socket->network, socket->record);
    errno = saved_errno;
}

void sw_spill_taken(const struct sw_socket *socket) {
    struct sw_record *record = socket->record;
    if (atomic_load(&record->spilled) != 0)
        announce_first(socket);
    else if ((atomic_fetch_and(&record->flags, ~(uint32_t)SW_TOKEN_FIRST) & SW_TOKEN_FIRST) != 0)
        drop_token(socket);
}

void sw_spill_discard(struct sw_network *network, struct sw_record *receiver) {
    sw_side_discard(network, receiver, SW_SIDE_SPILL);
}
