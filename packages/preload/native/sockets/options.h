/* options.h: getsockopt(2) and setsockopt(2): what was set is read back, what was not has the kernel's default, and what Linux does not
 * know is refused. Options of SOL_SOCKET that mean the same for a Unix socket are left to it. */
#ifndef SW_SOCKETS_OPTIONS_H
#define SW_SOCKETS_OPTIONS_H

#include "sockets/address.h"
#include "state/fd_table.h"

/* What a record keeps of its options; the rest is in flags or with the Unix socket. */
struct sw_options {
    int32_t linger2, user_timeout, window_clamp, notsent_lowat, fastopen, defer_accept, max_segment;
    int32_t send_buffer, receive_buffer; /* as doubled by the kernel; 0 when not set */
    int32_t port_range;
    int32_t multicast_if4_index, multicast_if6, unicast_if4, unicast_if6;
    uint8_t multicast_if4[4];
    uint16_t keep_idle, keep_interval;
    uint16_t segment;                    /* UDP_SEGMENT */
    uint16_t send_coverage, receive_coverage;
    uint8_t keep_count, syn_count;
    uint8_t bound_device;                /* interface index: 0 none, 1 lo, 2 eth0 */
    uint8_t congestion;                  /* index of the algorithm's name */
    uint8_t tos, tclass;
    int16_t ttl, unicast_hops, multicast_hops;
    uint8_t multicast_ttl;
    uint8_t mtu_discover4, mtu_discover6, min_ttl, min_hops;
    uint8_t preferences;
    _Atomic uint16_t told;               /* sw_options_told() */
    _Atomic uint32_t origins;            /* sockets/origin.c */
    _Atomic uint8_t corked;              /* a datagram of several writes waits: sockets/cork.c */
    uint8_t buffer_lock;                 /* SO_BUF_LOCK: whose size the program has decided */
    uint8_t buffer;                      /* of a stream: an enum sw_buffer (sockets/buffer.c) */
    uint8_t native;                      /* bit set of SW_NATIVE_…: set on the Unix socket itself, for accept(2) to pass on */
    uint32_t zerocopy_sends;             /* how many sends with MSG_ZEROCOPY were told of, or will be */
    uint32_t read_when_full;             /* of a stream: what the peer had read when it was full last (sockets/buffer.c) */
    uint64_t switches;                   /* one bit per option that is just on or off */
};
_Static_assert(sizeof(struct sw_options) <= SW_OPTION_BYTES, "options fit into a record");

static inline struct sw_options *sw_options_of(struct sw_record *record) {
    return (struct sw_options *)(void *)record->options;
}

/* Of the last datagram that was sent to a socket, by whichever thread of whichever process; TTL 0 when nobody said. */
struct sw_told {
    uint8_t ttl, tos;
};

static inline void sw_options_tell(struct sw_record *receiver, struct sw_told told) {
    _Atomic uint16_t *place = &sw_options_of(receiver)->told;
    uint16_t word = (uint16_t)(told.ttl << 8 | told.tos);
    /* Most senders say what the last one has said. A store would take the line from the receiver's processor. */
    if (atomic_load_explicit(place, memory_order_relaxed) != word)
        atomic_store_explicit(place, word, memory_order_relaxed);
}

static inline struct sw_told sw_options_told(struct sw_record *record) {
    uint16_t told = atomic_load_explicit(&sw_options_of(record)->told, memory_order_relaxed);
    return (struct sw_told){.ttl = (uint8_t)(told >> 8), .tos = (uint8_t)told};
}

/* The defaults, for a new socket. */
void sw_options_start(struct sw_record *record);

/* What the accepted socket `fd` has from its listener. */
void sw_options_inherit(const struct sw_socket *listener, int fd, struct sw_record *record);

/* What `fd` has, which takes the place of a socket, from that one. Leaves errno alone. */
void sw_options_hand_over(const struct sw_socket *from, int fd, struct sw_record *record);

/* What the accepted socket has from the first packet of `client`, when its peer is known: the way back to it. */
void sw_options_from_client(struct sw_record *record, const struct sw_record *client);

/* The program has set `name` of SOL_SOCKET on the Unix socket itself: accepted sockets get it too. */
void sw_options_note_native(struct sw_record *record, int name);

/* Whether the program may have asked for SO_TIMESTAMP or SO_TIMESTAMPNS, which the Unix socket knows. */
bool sw_options_may_stamp(struct sw_record *record);

int sw_getsockopt(struct sw_socket *socket, int level, int name, void *value, socklen_t *length);
int sw_setsockopt(struct sw_socket *socket, int level, int name, const void *value, socklen_t length);

/* Takes what the next call is to report, and nobody has met yet: SO_ERROR. 0 when there is nothing. */
int sw_socket_error(struct sw_socket *socket);

/* Control messages that a program asked for. */
enum sw_switch {
    SW_SWITCH_IP_PKTINFO,
    SW_SWITCH_IP_RECVTTL,
    SW_SWITCH_IP_RECVTOS,
    SW_SWITCH_IP_RECVORIGDSTADDR,
    SW_SWITCH_IPV6_RECVPKTINFO,
    SW_SWITCH_IPV6_RECVHOPLIMIT,
    SW_SWITCH_IPV6_RECVTCLASS,
    SW_SWITCH_IPV6_FLOWINFO,
    SW_SWITCH_IPV6_2292PKTINFO,
    SW_SWITCH_IPV6_2292HOPLIMIT,
    SW_SWITCH_IPV6_RECVORIGDSTADDR,
    SW_SWITCH_IP_MULTICAST_LOOP,
    SW_SWITCH_IPV6_MULTICAST_LOOP,
    SW_SWITCH_IP_MULTICAST_ALL,
    SW_SWITCH_IPV6_MULTICAST_ALL,
    SW_SWITCH_IP_RECVERR,
    SW_SWITCH_IPV6_RECVERR,
    SW_SWITCH_UDP_CORK,
    SW_SWITCH_ZEROCOPY,
    SW_SWITCH_TCP_INQ,
    SW_SWITCH_BIND_NO_PORT,
    SW_SWITCH_FREEBIND,
    SW_SWITCH_NO_REHASH, /* SO_TXREHASH is on unless it was switched off */
    SW_SWITCH_OTHERS, /* the first of those that only remember */
};
static inline bool sw_options_switch(const struct sw_record *record, enum sw_switch which) {
    const struct sw_options *options = (const struct sw_options *)(const void *)record->options;
    return (options->switches >> which & 1) != 0;
}

/* The name of an algorithm that a record's options name by its number. */
const char *sw_congestion_name(unsigned congestion);

#endif
