/* spill.h: datagrams that a receiver has room for but its Unix socket has not.
 *
 * A Unix datagram socket queues net.unix.max_dgram_qlen datagrams, ten or so; UDP queues until SO_RCVBUF is full. What does not fit waits in
 * a file `.spill-…` of the network's directory, in order, and a token in the Unix socket's own queue stands for it, so that poll(2)
 * tells the truth. A token is a datagram from a socket without a name.
 *
 * Once a reader has met the token, there is nothing in front of the spilled datagrams. A new token takes its place then, SW_TOKEN_FIRST says
 * so, and the others are read past it: it leaves the queue with the last of them, not with each. A sender that saw nothing spilled, and whose
 * datagram comes into the queue only now, takes the flag away: what it sends next may be spilled, and is to come behind. */
#ifndef SW_SOCKETS_SPILL_H
#define SW_SOCKETS_SPILL_H

#include "sockets/name.h"
#include "state/fd_table.h"

#include <sys/socket.h>

/* Who has sent a datagram, and what came along with it. */
struct sw_sender {
    struct sw_name name;
    struct sw_address address;     /* what it is to be seen by, in the receiver's form; family 0 where the name tells */
    struct sw_address destination; /* which of the receiver's addresses it was sent to, in its form; family 0 where its socket tells */
    uint8_t ttl, tos;              /* 0 TTL where nobody said */
    uint32_t dropped;              /* how many datagrams had found no room when it came */
};

/* Keeps a datagram for `receiver`; drops it when the receive buffer is full. */
void sw_spill_put(struct sw_network *network, struct sw_record *receiver, const struct sw_sender *sender, const struct msghdr *message);

/* Takes the oldest datagram, or looks at it. -EAGAIN when there is none; -EFAULT, and the datagram is lost, when it cannot be stored. The result is its full length; `message` gets what fits, without name
 * and control. */
ssize_t sw_spill_take(struct sw_network *network, struct sw_record *receiver, struct sw_sender *sender, struct msghdr *message, bool peek);

/* How many datagrams had found no room when that came which waits in the Unix socket itself, or was read from there a moment ago. */
uint32_t sw_spill_dropped(const struct sw_socket *socket);

/* Whether a reader may take a spilled datagram at once, past the token. */
bool sw_spill_is_first(const struct sw_socket *socket);

/* Called by a sender whose datagram went into the queue of the Unix socket. */
static inline void sw_spill_passed(struct sw_record *receiver) {
    if (sw_record_has(receiver, SW_TOKEN_FIRST))
        sw_record_clear(receiver, SW_TOKEN_FIRST);
}

/* Called when a reader has taken the token out of the queue: whether something else is to be read before what it stands for. The token is
 * behind that then. */
bool sw_spill_token_taken(const struct sw_socket *socket);

/* Called when a reader has taken a spilled datagram. */
void sw_spill_taken(const struct sw_socket *socket);

/* Moves what waits in the Unix socket itself to where the spilled datagrams wait, in front of them. The caller announces it. */
void sw_spill_queue(const struct sw_socket *socket);

/* Makes the socket of `receiver` readable with a token; false when its queue is full, and so it is readable already. */
bool sw_spill_send_token(struct sw_network *network, struct sw_record *receiver);

/* Called whenever something has been spilled or is left: sees to it that the socket of `receiver` is readable, with one token for all that
 * waits. */
void sw_spill_announce(struct sw_network *network, struct sw_record *receiver);

/* Removes the file of a socket that goes. */
void sw_spill_discard(struct sw_network *network, struct sw_record *receiver);

#endif
