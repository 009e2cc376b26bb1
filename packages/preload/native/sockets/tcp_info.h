/* tcp_info.h: what TCP_INFO tells of a connection, its own program and ss(8).
 *
 * Bytes are counted as they are sent and read, and what the peer's window has no room for has not left yet. A Unix stream has no segments, windows
 * or times: these numbers are those of a loopback on which each segment is as large as it can be and nothing is lost. */
#ifndef SW_SOCKETS_TCP_INFO_H
#define SW_SOCKETS_TCP_INFO_H

#include "state/records.h"

enum { SW_TCP_INFO_SIZE = 280 };

struct sw_tcp_numbers {
    uint8_t state;       /* as in TCP_INFO */
    bool was_accepted;   /* by accept(2), or else it has connected */
    bool has_peer_ended; /* its FIN has come */
    uint32_t mtu;
    uint32_t max_segment;
    uint32_t advertised; /* the largest segment that this side asks for */
    uint32_t room;       /* in the peer's window */
    uint32_t own_room;
    uint64_t sent;
    uint64_t unsent;     /* waits for the peer's window, beside `sent` */
    uint64_t received;
};

/* `queued` is how much the Unix socket says it has still with it: the peer may have read without counting. */
struct sw_tcp_numbers sw_tcp_numbers_of(const struct sw_network *network, const struct sw_record *record, uint8_t state, uint64_t queued);

/* struct tcp_info as linux/tcp.h has it. */
void sw_tcp_info_of(const struct sw_tcp_numbers *numbers, unsigned char bytes[static SW_TCP_INFO_SIZE]);

/* TCP_MAXSEG of a connection. */
uint32_t sw_tcp_max_segment(const struct sw_network *network, const struct sw_record *record);

#endif
