/* event.h: the bytes of `.capture`, as docs/network-directory.md promises them to every process and to TypeScript.
 *
 * A ring of events, oldest overwritten first. A position counts bytes since the ring was made and only grows; the byte at position p is
 * at p modulo the ring's size. A ring that had other networks before begins at a multiple of its size, behind all that they recorded. Whoever sends something takes a place with one atomic addition to `head` and puts the data there, before the
 * bytes can reach anyone, and says afterwards what the kernel has taken: the order of events is causal, nobody waits for anybody, and
 * whoever is killed on the way leaves the data behind. */
#ifndef SW_CAPTURE_EVENT_H
#define SW_CAPTURE_EVENT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SW_RING_MAGIC 0x33474e5254504143ull /* "CAPTRNG3" on a little-endian machine */

enum { SW_RING_HEADER = 4096, SW_EVENT_ALIGNMENT = 64 };

/* An event's state is its position plus one of these. Any other value is what an older event left there. */
enum sw_event_state {
    SW_EVENT_RESERVED = 1, /* the header counts, the data does not yet */
    SW_EVENT_COMPLETE = 2,
    SW_EVENT_OFFERED = 3, /* the data is there, and with the kernel, which may have taken all, a part or nothing of it */
};

enum sw_event_kind {
    SW_EVENT_NOTHING,   /* a place that was not needed */
    SW_EVENT_PACKETS,   /* whole IP packets, one behind the other */
    SW_EVENT_SEGMENTS,  /* bytes of a TCP stream, to be cut into segments of the MTU; without bytes one segment, a FIN for instance */
    SW_EVENT_DATAGRAM,  /* one UDP datagram */
    SW_EVENT_HANDSHAKE, /* SYN, SYN-ACK and ACK; the source is who connects */
    SW_EVENT_UNKNOWN_NAME, /* no packet: a program looked up a name that no host has, which is the data; without addresses and ports */
};

struct sw_event {
    _Atomic uint64_t state;
    uint64_t time;      /* nanoseconds since 1970 */
    uint32_t size;      /* of the event in the ring, with this header; a multiple of 64 */
    uint32_t stored;    /* bytes behind the header */
    uint32_t length;    /* bytes that were sent: more than are stored where there is a limit per packet */
    uint32_t sequence;  /* of a datagram its hop limit */
    uint32_t acknowledgement;
    uint32_t pid;
    uint32_t spawn;
    uint16_t mtu;
    uint16_t limit;     /* bytes of data kept of each packet; 0 keeps all */
    uint8_t kind;
    uint8_t flags;      /* of TCP, in the last segment; of a datagram its traffic class */
    uint8_t family;     /* 4 or 6: of the addresses below */
    uint8_t interface;  /* of the host that recorded it */
    uint16_t source_port;
    uint16_t destination_port;
    uint8_t addresses[]; /* the source's and the destination's, 4 or 16 bytes each; then the data */
};

enum { SW_EVENT_HEADER_IPV4 = 64, SW_EVENT_HEADER_IPV6 = 88 };

/* The size of an event's header. */
static inline uint32_t sw_event_header(bool is_ipv4) {
    return is_ipv4 ? SW_EVENT_HEADER_IPV4 : SW_EVENT_HEADER_IPV6;
}

static inline uint8_t *sw_event_data(const struct sw_event *event) {
    return (uint8_t *)event + sw_event_header(event->family == 4);
}

/* How far the ring has been written to the file, and how long the file was then. */
struct sw_drained {
    _Atomic uint64_t position;
    _Atomic uint64_t offset;
};

struct sw_ring_header {
    _Atomic uint64_t magic;
    _Atomic uint64_t size; /* of the ring, a power of two */
    _Atomic uint32_t packet_limit;
    _Atomic uint32_t watched; /* how many want the file's times to change with each event */
    uint8_t gap[64 - 24];
    _Atomic uint64_t head;
    uint8_t head_gap[64 - 8];
    _Atomic uint64_t reserved;    /* bytes of the ring that the file system has promised */
    _Atomic uint64_t lost_events; /* that there was no room for, or that came too late */
    _Atomic uint64_t lost_bytes;
    _Atomic uint64_t begin; /* the position of this network's first event */
    _Atomic uint64_t used;  /* bytes of the ring, from its first on, whose pages earlier networks have written to, or are large ones */
    uint8_t lost_gap[64 - 40];
    /* Private to the library: how the file of SOCKET_WRAPPER_PCAP_FILE is fed. */
    _Atomic uint32_t drainer; /* pid of who writes the file now */
    _Atomic uint32_t turn;    /* drained[turn % 2] counts */
    struct sw_drained drained[2];
    uint64_t device, inode;
    uint64_t drainer_since;
    uint64_t last_time;
    uint64_t hole, hole_since;
    uint32_t stream_started;
    _Atomic uint32_t drainer_asked; /* somebody has completed an event while another one wrote the file, who looks again */
};

_Static_assert(offsetof(struct sw_event, kind) == 48, "kind");
_Static_assert(offsetof(struct sw_event, addresses) + 2 * 4 == SW_EVENT_HEADER_IPV4, "header with IPv4 addresses");
_Static_assert(offsetof(struct sw_event, addresses) + 2 * 16 == SW_EVENT_HEADER_IPV6, "header with IPv6 addresses");
_Static_assert(offsetof(struct sw_ring_header, head) == 64, "head");
_Static_assert(offsetof(struct sw_ring_header, reserved) == 128, "reserved");
_Static_assert(offsetof(struct sw_ring_header, begin) == 152, "begin");
_Static_assert(sizeof(struct sw_ring_header) <= SW_RING_HEADER, "ring header size");

#endif
