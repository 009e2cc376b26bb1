/* unix_sockets.h: what the kernel knows of the Unix sockets behind records: which are there still, who made them, what waits in them.
 *
 * It is asked once for all, by unix_diag (sock_diag(7)); where that is not to be had, /proc/net/unix tells at least which are there. */
#ifndef SW_LISTING_UNIX_SOCKETS_H
#define SW_LISTING_UNIX_SOCKETS_H

#include "base/growing.h"
#include "state/layout.h"

#include <stdbool.h>
#include <stdint.h>

struct sw_unix_socket {
    uint64_t cookie; /* SO_COOKIE; 0 when it was not told */
    uint64_t inode;
    uint32_t receive_queue; /* bytes of a stream, of the first datagram; connections of a listener */
    uint32_t send_queue;    /* of a listener how many connections may wait */
    uint32_t uid;           /* UINT32_MAX when it was not told */
    uint8_t shutdown;       /* bits 1 and 2, as of shutdown(2): nothing more comes, nothing more is sent */
};

struct sw_unix_sockets {
    struct sw_growing entries; /* struct sw_unix_socket */
    struct sw_growing places;  /* a hash table: uint32_t, the number of an entry plus one */
};

/* Reads the list of all Unix sockets in sight. False when it is not to be had. The caller ends it in either case. */
bool sw_unix_sockets_read(struct sw_unix_sockets *sockets);
void sw_unix_sockets_end(struct sw_unix_sockets *sockets);

/* The socket of `record`; NULL when it was not in sight. */
const struct sw_unix_socket *sw_unix_sockets_find(const struct sw_unix_sockets *sockets, const struct sw_record *record);

#endif
