/* origin.h: which of its addresses a sender of datagrams has used.
 *
 * A Unix socket's datagram carries the name that its sender was bound with, and nothing else. For a socket on one address that says all. One on
 * all addresses of its host may send from any of them, over either family: its name is spelled `DIR//Y0A0007`, with two slashes, and from which of
 * them it has sent stands with the receiver. That is told once, for all senders of a class and for all time, so that what waits is never taken
 * for something else; a sender that would have to tell another thing sends with words of its own (sockets/spill.h). */
#ifndef SW_SOCKETS_ORIGIN_H
#define SW_SOCKETS_ORIGIN_H

#include "sockets/address.h"
#include "state/layout.h"

/* Before a datagram of `sender` with the address `source` goes to `receiver`: whether the receiver will know that address by its name. */
bool sw_origin_tell(const struct sw_network *network, struct sw_record *receiver, const struct sw_record *sender, const struct sw_address *source);

/* The address of the sender with this name, as `receiver` is to see it. */
struct sw_address sw_origin_address(const struct sw_network *network, struct sw_record *receiver, const struct sw_name *name);

#endif
