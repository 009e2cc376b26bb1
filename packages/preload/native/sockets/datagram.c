#include "sockets/datagram.h"

#include "base/clock.h"
#include "base/parts.h"
#include "base/real.h"
#include "capture/capture.h"
#include "sockets/control.h"
#include "sockets/datagram_anew.h"
#include "sockets/error_queue.h"
#include "sockets/name_server.h"
#include "sockets/option_table.h"
#include "sockets/options.h"
#include "sockets/origin.h"
#include "sockets/port.h"
#include "sockets/spill.h"
#include "sockets/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/un.h>
#include <time.h>

struct sw_address sw_datagram_source(const struct sw_socket *socket, const struct sw_site *target) {
    const struct sw_record *record = socket->record;
    if (sw_record_has(record, SW_BOUND_ADDRESS) && !sw_address_is_wildcard(&record->local)) {
        struct sw_site own = sw_address_site(socket->network, record->interface, &record->local);
        if (own.scope == SW_SCOPE_HOST || own.scope == SW_SCOPE_LOOPBACK || own.scope == SW_SCOPE_OUTSIDE)
            return record->local;
    }
    struct sw_site source = sw_address_source(socket->network, record->interface, target);
    return sw_address_of_site(socket->network, &source, record->name_port, record->family);
}

int sw_datagram_connect(struct sw_socket *socket, const struct sw_site *target, const struct sw_address *address) {
    struct sw_record *record = socket->record;
    /* inet_dgram_connect() gives it a port before it asks for the way. */
    if (sw_datagram_has_no_port(record)) {
        int result = sw_bind_unbound(socket, target);
        if (result < 0)
            return result;
        record = socket->record;
    }
    if (target->scope == SW_SCOPE_OUTSIDE && !sw_is_for_name_server(address)) {
        sw_capture_blocked(socket, address);
        return -ENETUNREACH;
    }
    if (target->scope == SW_SCOPE_BROADCAST && !sw_control_may_broadcast(socket))
        return -EACCES;
    sw_port_show(record);
    record->local = sw_datagram_source(socket, target);
    record->peer = *address;
    sw_record_set(record, SW_CONNECTED | SW_BOUND);
    return 0;
}

/* What a receiver wants to know besides the data. */
struct wanted {
    bool source;
    bool flags; /* msg_flags, and control messages */
};

/* What the kernel has answered. */
struct answer {
    ssize_t result;
    int error;
    socklen_t from_length;
    struct sockaddr_un from;
};

/* recvfrom(2) of the Unix socket, which takes less of the kernel's time than recvmsg(2). */
static inline void receive_block(int fd, void *data, size_t size, int flags, struct answer *answer) {
    answer->from_length = sizeof answer->from;
    answer->result = sw_real.recvfrom(fd, data, size, flags, (struct sockaddr *)&answer->from, &answer->from_length);
}

static void receive_from(int fd, struct msghdr *message, int flags, const struct wanted *wanted, struct answer *answer) {
    if (wanted->flags) {
        message->msg_name = &answer->from;
        message->msg_namelen = sizeof answer->from;
        answer->result = sw_real.recvmsg(fd, message, flags);
        answer->from_length = message->msg_namelen;
    } else {
        receive_block(fd, message->msg_iov->iov_base, message->msg_iov->iov_len, flags, answer);
    }
    answer->error = errno;
}

/* A token is not for the program: a datagram of nothing from nobody. */
static bool is_token(const struct answer *answer) {
    return answer->result == 0 && answer->from_length <= offsetof(struct sockaddr_un, sun_path);
}

/* Whether the Unix socket itself has something to say with each datagram, which only its own queue tells. */
static bool has_control(int fd) {
    static const int OPTIONS[] = {SO_TIMESTAMP,    SO_TIMESTAMPNS, OPT_SO_TIMESTAMP_NEW, OPT_SO_TIMESTAMPNS_NEW,
                                  SO_TIMESTAMPING, OPT_SO_TIMESTAMPING_NEW};
    for (unsigned i = 0; i < sizeof OPTIONS / sizeof *OPTIONS; i++) {
        int on = 0;
        if (sw_real.getsockopt(fd, SOL_SOCKET, OPTIONS[i], &on, &(socklen_t){sizeof on}) == 0 && on != 0)
            return true;
    }
    return false;
}

/* Takes a spilled datagram, or looks at it. */
static ssize_t take_spilled(struct sw_socket *socket, struct msghdr *message, int flags, struct sw_sender *sender, bool *named) {
    const int message_flags = message->msg_flags;
    ssize_t result = sw_spill_take(socket->network, socket->record, sender, message, (flags & MSG_PEEK) != 0);
    if (result == -EAGAIN)
        return result;
    *named = true;
    if (result >= 0 && (flags & MSG_TRUNC) == 0 && (message->msg_flags & MSG_TRUNC) != 0)
        result = (ssize_t)sw_parts_length(message);
    message->msg_flags |= message_flags & MSG_CTRUNC;
    if ((flags & MSG_PEEK) == 0)
        sw_spill_taken(socket);
    return result;
}

/* The next datagram, from the Unix socket or from what it had no room for. `first` is the kernel's answer where it was asked already. */
static ssize_t next_datagram(struct sw_socket *socket, struct msghdr *message, int flags, const struct wanted *wanted,
                             const struct answer *first, struct sw_sender *sender, bool *named) {
    struct sw_record *record = socket->record;
    struct answer answer;
    size_t control_room = message->msg_controllen;
    const bool peek = (flags & MSG_PEEK) != 0;
    for (;; first = NULL) {
        if (first == NULL && sw_spill_is_first(socket) && (control_room == 0 || !sw_options_may_stamp(record) || !has_control(socket->fd))) {
            message->msg_controllen = 0;
            message->msg_flags = 0;
            ssize_t spilled = take_spilled(socket, message, flags, sender, named);
            if (spilled != -EAGAIN)
                return spilled;
        }
        message->msg_controllen = control_room;
        if (first != NULL)
            answer = *first;
        else
            receive_from(socket->fd, message, flags, wanted, &answer);
        ssize_t result = answer.result;
        int error = answer.error;
        /* Nothing more comes into the Unix socket then, but into the spill file. */
        bool is_shut = result < 0 && error == EAGAIN && sw_record_has(record, SW_READ_SHUT) && atomic_load(&record->spilled) != 0;
        if (result < 0 && !is_shut) {
            int pending = error == ECONNRESET ? sw_pending_error(socket) : 0;
            return pending != 0 ? -pending : -error;
        }
        *named = !is_shut && wanted->source && sw_name_of_unix(&answer.from, answer.from_length, &sender->name);
        if (!is_shut && !is_token(&answer)) {
            if (!peek && atomic_load(&record->spilled) != 0)
                sw_spill_announce(socket->network, record);
            return result;
        }
        if (!peek && !is_shut && sw_spill_token_taken(socket))
            continue;
        /* That of shutdown(2), perhaps, behind which there may be more. */
        if (sw_record_has(record, SW_READ_SHUT))
            flags |= MSG_DONTWAIT;
        result = take_spilled(socket, message, flags, sender, named);
        if (result != -EAGAIN || is_shut)
            return result;
        if (peek) {
            /* It stands for nothing, or for what came just now. */
            sw_real.recv(socket->fd, &(char){0}, 0, MSG_DONTWAIT);
            sw_spill_token_taken(socket);
            if (atomic_load(&record->spilled) != 0)
                sw_spill_announce(socket->network, record);
        }
    }
}

size_t sw_datagram_next_size(struct sw_socket *socket) {
    struct sw_sender sender;
    bool named;
    struct msghdr nothing = {0};
    if (atomic_load(&socket->record->spilled) == 0)
        return 0;
    int saved_errno = errno;
    const struct wanted wanted = {.flags = true};
    ssize_t size;
    /* An error that waits would be told to this look. What was there when it came has moved over. */
    if (atomic_load(&socket->record->pending_error) != 0)
        size = sw_spill_take(socket->network, socket->record, &sender, &nothing, true);
    else
        size = next_datagram(socket, &nothing, MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT, &wanted, NULL, &sender, &named);
    errno = saved_errno;
    return size > 0 ? (size_t)size : 0;
}

/* SIOCGSTAMP of socket(7): asking for the first time turns the stamps on. */
int sw_datagram_stamp(struct sw_socket *socket, struct timespec *stamp) {
    struct sw_record *record = socket->record;
    uint64_t time = sw_record_claim(record, SW_STAMPED) ? 0 : atomic_load(&record->received);
    if (time == 0)
        return -ENOENT;
    *stamp = (struct timespec){.tv_sec = (time_t)(time / 1000000000u), .tv_nsec = (long)(time % 1000000000u)};
    return 0;
}

static ssize_t receive(struct sw_socket *socket, struct msghdr *message, int flags, bool wants_flags, const struct answer *first) {
    struct sw_record *record = socket->record;
    void *name = message->msg_name;
    socklen_t name_length = message->msg_namelen;
    size_t control_room = message->msg_controllen;
    if ((flags & MSG_ERRQUEUE) != 0)
        return sw_error_queue_take(socket, message);
    if (first == NULL) {
        int pending = sw_pending_error(socket);
        if (pending != 0)
            return -pending;
    }
    const bool may_wait = (flags & MSG_DONTWAIT) == 0;
    if (sw_record_has(record, SW_READ_SHUT))
        flags |= MSG_DONTWAIT;
    flags &= ~MSG_OOB;

    const uint32_t unknown = UINT32_MAX;
    struct sw_sender sender = {.address = {.family = 0}, .dropped = unknown};
    bool named = false;
    const struct wanted wanted = {.source = name != NULL || (wants_flags && sw_control_is_asked_for(record)), .flags = wants_flags};
    ssize_t result = next_datagram(socket, message, flags, &wanted, first, &sender, &named);
    message->msg_name = name;
    message->msg_namelen = name_length;
    /* __skb_wait_for_more_packets(): only who would wait learns that there will be no more. */
    if (result == -EAGAIN && sw_record_has(record, SW_READ_SHUT) && may_wait && (sw_real.fcntl(socket->fd, F_GETFL) & O_NONBLOCK) == 0) {
        message->msg_namelen = 0;
        message->msg_controllen = 0;
        message->msg_flags = 0;
        return 0;
    }
    if (result < 0)
        return result;

    if (sw_record_has(record, SW_STAMPED))
        atomic_store(&record->received, sw_clock_ns(CLOCK_REALTIME));
    struct sw_address from = {.family = record->family};
    if (named)
        from = sender.address.family != 0 ? sender.address : sw_origin_address(socket->network, record, &sender.name);
    if (name != NULL)
        sw_address_write(&from, record->family, name, &message->msg_namelen);
    else
        message->msg_namelen = 0;
    if (!wants_flags)
        return result;
    if (control_room > 0 && sw_options_may_stamp(record))
        sw_control_dropped(socket, message, control_room, sender.dropped != unknown ? sender.dropped : sw_spill_dropped(socket));
    struct sw_told told = sw_options_told(record);
    struct sw_received received = {.from = &from, .ttl = told.ttl, .tos = told.tos};
    if (sender.ttl != 0) {
        received.ttl = sender.ttl;
        received.tos = sender.tos;
    }
    if (sender.destination.family != 0)
        received.destination = &sender.destination;
    sw_control_add(socket, message, control_room, &received);
    return result;
}

ssize_t sw_datagram_receive(struct sw_socket *socket, struct msghdr *message, int flags) {
    return receive(socket, message, flags, true, NULL);
}

/* Whether there is no more to the next datagram than its data and its sender. */
static bool is_plain(const struct sw_record *record, int flags) {
    return (flags & ~MSG_DONTWAIT) == 0 && !sw_record_has(record, SW_READ_SHUT | SW_STAMPED | SW_TOKEN_FIRST) &&
           atomic_load_explicit(&record->pending_error, memory_order_relaxed) == 0;
}

/* Gives the program who has sent, and says how long that is. */
static socklen_t write_sender(const struct sw_socket *socket, const struct answer *answer, struct sockaddr_storage *from) {
    struct sw_record *record = socket->record;
    struct sw_address address = {.family = record->family};
    socklen_t length = sizeof *from;
    struct sw_name name;
    if (sw_name_of_unix(&answer->from, answer->from_length, &name))
        address = sw_origin_address(socket->network, record, &name);
    sw_address_write(&address, record->family, (struct sockaddr *)from, &length);
    return length;
}

ssize_t sw_datagram_receive_block(struct sw_socket *socket, void *data, size_t size, int flags, struct sockaddr_storage *from, socklen_t *length) {
    struct sw_record *record = socket->record;
    struct answer answer;
    const bool plain = is_plain(record, flags);
    if (plain) {
        receive_block(socket->fd, data, size, flags, &answer);
        if (answer.result >= 0 && !is_token(&answer) && atomic_load(&record->spilled) == 0) {
            *length = from != NULL ? write_sender(socket, &answer, from) : 0;
            return answer.result;
        }
        answer.error = errno;
    }
    struct iovec part = {data, size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_name = from, .msg_namelen = sizeof *from};
    ssize_t result = receive(socket, &message, flags, false, plain ? &answer : NULL);
    *length = message.msg_namelen;
    return result;
}
