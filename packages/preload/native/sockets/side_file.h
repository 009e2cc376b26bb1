/* side_file.h: what belongs to a socket and does not go through its Unix socket: queues of bytes in files `.spill-…`, `.error-…` and `.late-…` of
 * the network's directory, which all processes that have the socket share. A queue is open under the network's lock, for a moment. */
#ifndef SW_SOCKETS_SIDE_FILE_H
#define SW_SOCKETS_SIDE_FILE_H

#include "state/records.h"

#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

enum sw_side_kind {
    SW_SIDE_SPILL,  /* datagrams that a Unix socket has no room for */
    SW_SIDE_ERRORS, /* what MSG_ERRQUEUE tells */
    SW_SIDE_LATE,   /* stream data for a peer that has shut its reading half */
};

struct sw_side {
    struct sw_network *network;
    sigset_t mask;
    int fd;
    off_t begin, end; /* of what waits */
    _Atomic uint64_t *begin_place; /* where `begin` is kept; NULL: in the file */
};

/* Takes the lock and opens the queue of `record`, making it if asked to. False, without the lock, when it is not there or cannot be had. */
bool sw_side_open(struct sw_side *side, struct sw_network *network, struct sw_record *record, enum sw_side_kind kind, bool create);

/* How many bytes wait. */
static inline size_t sw_side_size(const struct sw_side *side) {
    return (size_t)(side->end - side->begin);
}

/* Adds all parts or nothing. */
bool sw_side_append(struct sw_side *side, const struct iovec *parts, size_t count);

/* Reads `size` bytes that begin `offset` behind the oldest; false when there are fewer. */
bool sw_side_peek(const struct sw_side *side, size_t offset, void *data, size_t size);

/* Reads `length` bytes that begin `offset` behind the oldest into the parts of `message`, as far as these have room: how many bytes they got. -EFAULT
 * when one of the parts is not the program's. */
ssize_t sw_side_read(const struct sw_side *side, size_t offset, size_t length, const struct msghdr *message);

/* Writes over bytes that wait. */
bool sw_side_change(const struct sw_side *side, size_t offset, const void *data, size_t size);

/* Takes the oldest `size` bytes away. */
void sw_side_drop(struct sw_side *side, size_t size);

void sw_side_close(struct sw_side *side);

/* Removes the file of a socket that goes. */
void sw_side_discard(const struct sw_network *network, const struct sw_record *record, enum sw_side_kind kind);

#endif
