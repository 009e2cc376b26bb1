#include "sockets/side_file.h"

#include "base/own_file.h"
#include "base/parts.h"
#include "base/real.h"
#include "base/room.h"
#include "base/root.h"
#include "base/scratch.h"
#include "state/files.h"
#include "state/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* The file: where reading goes on, then what was read, then what waits. Of datagrams, which are many, the socket's record tells where reading
 * goes on: a system call less to ask, and one less to say. */
enum { FIRST = sizeof(uint64_t) };

/* So much that was read may stay in front of what waits: a file that is never empty must not grow for ever. */
enum { READ_MOST = 1 << 20, PIECE = 1 << 16 };

static void path_of(char *path, const struct sw_network *network, const struct sw_record *record, enum sw_side_kind kind) {
    static const char *const PREFIXES[] = {[SW_SIDE_SPILL] = ".spill-", [SW_SIDE_ERRORS] = ".error-", [SW_SIDE_LATE] = ".late-"};
    sw_network_socket_path(network->directory, PREFIXES[kind], atomic_load(&record->cookie), path);
}

static uint64_t read_begin(const struct sw_side *side) {
    uint64_t begin = 0;
    if (side->begin_place != NULL)
        return atomic_load_explicit(side->begin_place, memory_order_relaxed);
    return pread(side->fd, &begin, sizeof begin, 0) == sizeof begin ? begin : 0;
}

static bool write_begin(const struct sw_side *side, uint64_t begin) {
    if (side->begin_place == NULL)
        return sw_own_file_write(side->fd, &(struct iovec){&begin, sizeof begin}, 1, 0) == sizeof begin;
    atomic_store_explicit(side->begin_place, begin, memory_order_relaxed);
    return true;
}

bool sw_side_open(struct sw_side *side, struct sw_network *network, struct sw_record *record, enum sw_side_kind kind, bool create) {
    char path[sw_network_own_path_size(network->directory)];
    struct stat status;
    path_of(path, network, record, kind);
    side->network = network;
    side->begin_place = kind == SW_SIDE_SPILL ? &record->spilled_from : NULL;
    sw_network_lock(network, &side->mask);
    struct sw_room room = SW_NO_ROOM;
    do
        side->fd = sw_own_file_open(path, O_RDWR | O_NOFOLLOW | (create ? O_CREAT : 0), sw_network_file_mode(network));
    while (side->fd < 0 && sw_room_make(&room));
    sw_room_leave(&room);
    if (side->fd < 0 || fstat(side->fd, &status) != 0) {
        sw_side_close(side);
        return false;
    }
    uint64_t begin = read_begin(side);
    side->end = status.st_size < FIRST ? FIRST : status.st_size;
    side->begin = begin >= FIRST ? (off_t)begin : FIRST;
    /* Nothing waits behind the end: the file was damaged. */
    if (side->begin < 0 || side->begin > side->end)
        side->begin = side->end;
    return true;
}

bool sw_side_append(struct sw_side *side, const struct iovec *parts, size_t count) {
    size_t size = 0;
    for (size_t i = 0; i < count; i++)
        size += parts[i].iov_len;
    ssize_t written = sw_own_file_write(side->fd, parts, count, side->end);
    if (written == (ssize_t)size) {
        side->end += written;
        return true;
    }
    if (written > 0 && ftruncate(side->fd, side->end) != 0)
        return false;
    return false;
}

bool sw_side_peek(const struct sw_side *side, size_t offset, void *data, size_t size) {
    return pread(side->fd, data, size, side->begin + (off_t)offset) == (ssize_t)size;
}

ssize_t sw_side_read(const struct sw_side *side, size_t offset, size_t length, const struct msghdr *message) {
    enum { PARTS = 64 };
    size_t done = 0;
    for (;;) {
        struct iovec parts[PARTS];
        size_t count, size = sw_parts_window(message, done, length - done, parts, PARTS, &count);
        if (size == 0)
            return (ssize_t)done;
        ssize_t got = preadv(side->fd, parts, (int)count, side->begin + (off_t)(offset + done));
        if (got != (ssize_t)size)
            return got < 0 && errno != EFAULT ? -errno : -EFAULT;
        done += size;
    }
}

bool sw_side_change(const struct sw_side *side, size_t offset, const void *data, size_t size) {
    return sw_own_file_write(side->fd, &(struct iovec){(void *)data, size}, 1, side->begin + (off_t)offset) == (ssize_t)size;
}

static bool copy(const struct sw_side *side, char piece[static PIECE]) {
    for (off_t from = side->begin, to = FIRST; from < side->end;) {
        size_t size = side->end - from < PIECE ? (size_t)(side->end - from) : PIECE;
        if (pread(side->fd, piece, size, from) != (ssize_t)size ||
            sw_own_file_write(side->fd, &(struct iovec){piece, size}, 1, to) != (ssize_t)size)
            return false;
        from += (off_t)size;
        to += (off_t)size;
    }
    return true;
}

/* Writes what waits over what was read. */
static void move_to_front(struct sw_side *side) {
    off_t waiting = side->end - side->begin;
    char *piece = sw_scratch_take(PIECE);
    if (piece != NULL && copy(side, piece) && write_begin(side, FIRST)) {
        side->begin = FIRST;
        if (ftruncate(side->fd, FIRST + waiting) == 0)
            side->end = FIRST + waiting;
    }
    sw_scratch_give_back(piece, PIECE);
}

void sw_side_drop(struct sw_side *side, size_t size) {
    uint64_t begin = (uint64_t)side->begin + size;
    if ((off_t)begin >= side->end) {
        if (ftruncate(side->fd, 0) != 0)
            return;
        if (side->begin_place != NULL)
            write_begin(side, FIRST);
        side->begin = side->end = FIRST;
    } else if (write_begin(side, begin)) {
        side->begin = (off_t)begin;
        if (side->begin > READ_MOST && side->begin > side->end - side->begin + FIRST)
            move_to_front(side);
    }
}

void sw_side_close(struct sw_side *side) {
    if (side->fd >= 0)
        sw_real.close(side->fd);
    sw_network_unlock(side->network, &side->mask);
}

void sw_side_discard(const struct sw_network *network, const struct sw_record *record, enum sw_side_kind kind) {
    char path[sw_network_own_path_size(network->directory)];
    path_of(path, network, record, kind);
    unlinkat(SW_AT(path), 0);
}
