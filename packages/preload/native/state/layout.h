/* layout.h: the bytes of `.state`, as docs/network-directory.md promises them to every process and to TypeScript. */
#ifndef SW_STATE_LAYOUT_H
#define SW_STATE_LAYOUT_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SW_PROCESS_COUNT = 4096,
    SW_RECORD_COUNT = 262144,
    SW_RECORDS_PER_PAGE = 16,
    SW_PAGE_COUNT = SW_RECORD_COUNT / SW_RECORDS_PER_PAGE,
    SW_BUCKET_COUNT = 65536,
    SW_BUCKET_ENTRIES = 7,
    SW_MEMBER_COUNT = 16384,
    SW_OPTION_BYTES = 120,
    SW_PROMISED_BYTES = (SW_PROCESS_COUNT * 16 + SW_BUCKET_COUNT * 64 + SW_MEMBER_COUNT * 64) / 4096 / 8,
};

#define SW_STATE_MAGIC 0x3154535041525753ull /* "SWRAPST1" on a little-endian machine */

enum { SW_COOKIE_FREE = 0, SW_COOKIE_DELETED = 1 };

enum sw_record_flag {
    SW_BOUND = 1 << 0,
    SW_WILDCARD = 1 << 1,
    SW_LISTENING = 1 << 2,
    SW_CONNECTED = 1 << 3,
    SW_V6ONLY = 1 << 4,
    SW_REUSEADDR = 1 << 5,
    SW_REUSEPORT = 1 << 6,
    /* From here on private to the library. */
    SW_SHARED = 1 << 7,         /* SCM_RIGHTS or exec(2) may have given other processes the socket */
    SW_NAMED = 1 << 8,          /* the Unix socket has its file, though the program may not see it as bound */
    SW_PORT_CHOSEN = 1 << 9,    /* the port is the program's choice or bind(2)'s, and outlives a failed connect */
    SW_IN_PROGRESS = 1 << 10,   /* connect(2) answered EINPROGRESS; its outcome was not collected yet */
    SW_FIN_SENT = 1 << 11,      /* this side's FIN or RST is in the capture */
    SW_FIN_RECEIVED = 1 << 12,  /* the peer's FIN or RST is in the capture */
    SW_RESET_SENT = 1 << 13,    /* the first write after the peer closed was swallowed, as TCP does */
    SW_RESET_RECEIVED = 1 << 14,/* the peer closed with SO_LINGER 0 */
    SW_ACCEPTED = 1 << 15,
    SW_READ_SHUT = 1 << 16,
    SW_WRITE_SHUT = 1 << 17,
    SW_BOUND_ADDRESS = 1 << 18, /* the local address is the program's choice and outlives a disconnect */
    SW_CONNECT_FAILED = 1 << 19,
    SW_ERROR_TOKEN = 1 << 20,   /* a token that stands for spilled datagrams waits in the receive queue */
    SW_END_READ = 1 << 20,      /* of a stream, which has no such token: the program has read to its end */
    SW_MEMBER = 1 << 21,        /* has entries in the group members table */
    SW_DUPLICATED = 1 << 22,    /* several descriptors of one process name it */
    SW_SENDING = 1 << 28,       /* a recorded send is under way: capture/capture.c */
    SW_STAMPED = 1 << 27,       /* datagrams are stamped for SIOCGSTAMP, in `received` */
    SW_SPOILT = 1 << 27,        /* of a stream: shut after a connect(2) that failed and before anybody knew, it connects no more */
    SW_GONE = 1 << 26,          /* closed with SO_LINGER 0, or while it waited, before it was accepted: the record waits to tell */
    SW_UDP_LITE = 1 << 25,      /* protocol 136: its ports are not UDP's */
    SW_SELF = 1 << 25,          /* of a stream: it is connected to itself, sockets/self.h */
    SW_LATE = 1 << 24,          /* data came after this side shut its reading half: sockets/late.c */
    SW_TOKEN_FIRST = 1 << 24,   /* of a datagram socket: nothing waits in front of its token, sockets/spill.h */
    SW_ERRORS = 1 << 29,        /* the error queue has entries: sockets/error_queue.c */
    SW_ERRORS_NEW = 1 << 30,    /* of which no edge was told yet */
    SW_LINGER_RESET = 1 << 23,  /* SO_LINGER with a time of 0: closing resets */
    SW_WAITING = INT32_MIN,     /* found no room in the listener's queue: sockets/backlog.c */
};

/* A socket's end: IPv4 in the first four bytes, the port in host order, family 0 when unset. */
struct sw_address {
    uint8_t bytes[16];
    uint16_t port;
    uint16_t family;
    uint32_t scope;
};

struct sw_record {
    _Atomic uint64_t cookie;
    uint64_t inode;
    uint32_t pid;
    uint32_t spawn;
    _Atomic uint32_t flags;
    uint8_t family;
    uint8_t type;
    uint8_t interface;
    uint8_t network;
    struct sw_address local;
    struct sw_address peer;
    /* Private to the library. */
    union {
        _Atomic uint64_t sent;          /* stream bytes for the capture */
        _Atomic uint64_t spilled_from;  /* of a datagram socket: where in the spill file the oldest datagram begins */
    };
    _Atomic uint64_t received;
    _Atomic uint64_t peer_cookie;
    union {
        _Atomic uint32_t peer_slot;
        _Atomic uint32_t backlog; /* of a listener: sockets/backlog.c */
        _Atomic uint32_t dropped; /* of a datagram socket: how many datagrams found its receive buffer full */
    };
    _Atomic int32_t pending_error;
    uint32_t sharings;         /* of process `pid` when it made the socket: more of them since then, more holders */
    uint16_t share;            /* the N of a name `…+N`; 0 when the socket has the plain name */
    uint8_t name_family;       /* 4 or 6: the letter of the name that the socket was bound with */
    uint8_t name_loopback;
    uint8_t name_claims;       /* bit set of SW_CLAIM_…: which files lead to this socket */
    _Atomic uint8_t overflow;          /* in the first record of a page: the page was once full */
    uint16_t name_port;        /* host order */
    uint8_t name_interface;
    uint8_t name_files;        /* bit set of SW_CLAIM_…: which of those files this socket made */
    uint8_t name_wildcard;     /* the name is one of several: sockets/origin.h */
    uint8_t name_spare;
    uint32_t name_address;     /* 127.0.1.2 of a name `t….7F000102`, host order; 0 without */
    union {
        _Atomic uint32_t spilled;   /* datagrams waiting in the spill file */
        _Atomic uint32_t queued;    /* of a listener, who waits for accept(2) */
        _Atomic uint32_t held_back; /* of a stream that connects: sockets/backlog.c */
    };
    uint8_t options[SW_OPTION_BYTES]; /* sockets/options.c */
};

struct sw_process {
    _Atomic uint32_t pid;
    _Atomic uint32_t spawn;
    uint64_t reserved;
};

/* Every socket that serves an endpoint, by its key: how senders and connectors find sockets that share a port. */
struct sw_bucket {
    _Atomic uint64_t overflow; /* entries of this bucket went on to the next */
    _Atomic uint64_t entries[SW_BUCKET_ENTRIES];
};

/* One socket in one multicast group; the socket's cookie is 0 in a free entry. */
struct sw_member {
    _Atomic uint64_t cookie;
    uint32_t slot;
    uint32_t family;
    uint8_t group[16];
    uint8_t source[16];
    uint32_t mode;          /* sockets/groups.c */
    uint32_t interface_index;
    uint64_t senders;       /* how many entries name senders that this one blocked or chose */
};

struct sw_header {
    _Atomic uint64_t magic;
    _Atomic uint32_t changes;
    _Atomic uint32_t ephemeral;
    _Atomic uint32_t shared_endpoints;
    _Atomic uint32_t members_end; /* no entry of the members table from here on was ever used */
    _Atomic uint32_t lock; /* pid of the holder; the highest bit says that somebody waits */
    _Atomic uint32_t crowded; /* how often the pages nearest to a socket were full */
    _Atomic uint8_t known_hosts[32];
    _Atomic uint32_t recorded_by; /* pid of a process that records to `recorded_to`: then everybody does */
    char recorded_to[1024];
    _Atomic uint32_t other_users; /* users beside the directory's owner were let in: files are made for them as well */
    _Atomic uint64_t namespace; /* inode of the network namespace that the network began in; 0 where nobody could tell */
    _Atomic uint32_t urgent; /* somebody has sent with MSG_OOB */
    _Atomic uint8_t promised[SW_PROMISED_BYTES]; /* a bit for each page of the tables but the records: state/promised.c */
    uint8_t reserved[2048 - 64 - 8 - 1024 - 8 - 4 - SW_PROMISED_BYTES];
    _Atomic uint8_t used_pages[SW_PAGE_COUNT / 8];
};

struct sw_state {
    struct sw_header header;
    struct sw_process processes[SW_PROCESS_COUNT];
    struct sw_record records[SW_RECORD_COUNT];
    struct sw_bucket buckets[SW_BUCKET_COUNT];
    struct sw_member members[SW_MEMBER_COUNT];
};

_Static_assert(sizeof(struct sw_header) == 4096, "header size");
_Static_assert(offsetof(struct sw_header, used_pages) == 2048, "used pages");
_Static_assert(sizeof(struct sw_record) == 256, "record size");
_Static_assert(offsetof(struct sw_record, local) == 32, "local address");
_Static_assert(offsetof(struct sw_record, peer) == 56, "peer address");
_Static_assert(offsetof(struct sw_state, processes) == 4096, "process table");
_Static_assert(offsetof(struct sw_state, records) == 69632, "records");
_Static_assert(offsetof(struct sw_state, buckets) == 67178496, "endpoint index");
_Static_assert(offsetof(struct sw_state, members) == 71372800, "group members");
_Static_assert(sizeof(struct sw_state) == 72421376, "full size");

#endif
