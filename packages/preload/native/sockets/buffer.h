/* buffer.h: how much a stream takes before its writer has to wait.
 *
 * A Unix stream takes some 200 KB, and charges several hundred bytes for a write of one; TCP takes what both buffers hold, which grow to
 * megabytes, and packs small writes. A program that sends a megabyte before it reads must not hang, so the buffer of a Unix socket grows for a
 * reader that has stopped. For one that reads it is twice what it was, which makes up for the look at the reader; a queue that no cache holds
 * halves the speed. */
#ifndef SW_SOCKETS_BUFFER_H
#define SW_SOCKETS_BUFFER_H

#include "state/fd_table.h"

/* For a new Unix socket whose record has the options of another one: the same of its buffer. `peer` as with sw_buffer_fit(). */
void sw_buffer_begin(const struct sw_socket *socket, const struct sw_record *peer);

/* The socket was found full. Whether its reader goes on: has read half of what was in it when it was full last, or at first. */
bool sw_buffer_is_full(const struct sw_socket *socket);

/* Whether the buffer is as it is best for a reader that goes on. */
bool sw_buffer_is_at_work(const struct sw_socket *socket);

/* Makes it so. Leaves errno alone. */
void sw_buffer_go_to_work(const struct sw_socket *socket);

/* Whether the full socket has got room. Without `is_stuck`, which says that the reader has stopped, that is looked at for a moment. Leaves
 * errno alone. */
bool sw_buffer_grow(const struct sw_socket *socket, bool is_stuck);

/* Makes the buffer of the Unix socket as small as SO_SNDBUF, and SO_RCVBUF of `peer`, make TCP's: where the program has set a size, or
 * got to know its peer, which may be NULL. */
void sw_buffer_fit(const struct sw_socket *socket, const struct sw_record *peer);

/* How much more the Unix socket has room for, in the memory that it takes. */
uint64_t sw_buffer_room(const struct sw_socket *socket);

/* How much a receiver that does not read gets from TCP's sender; what is beyond waits with the sender. */
uint64_t sw_buffer_window(const struct sw_record *receiver);

/* How much that is. The Unix socket itself says that no more than `queued` is still to be read. */
uint64_t sw_buffer_unsent(const struct sw_network *network, const struct sw_record *record, uint64_t queued);

#endif
