/* sockets.h: the IP sockets of one host, as its kernel would list them: those with a port, and of TCP those that listen or have a
 * connection.
 *
 * Nothing is kept: a list is made of `.state` and of what the kernel knows of the Unix sockets, when it is asked for. */
#ifndef SW_LISTING_SOCKETS_H
#define SW_LISTING_SOCKETS_H

#include "base/growing.h"
#include "sockets/tcp_info.h"
#include "state/endpoint_index.h"
#include "state/network.h"

#include <stdbool.h>
#include <stdint.h>

struct sw_listed_end {
    uint8_t address[16]; /* IPv4 in the first four bytes */
    uint16_t port;       /* host order */
};

struct sw_listed_socket {
    uint64_t cookie; /* SO_COOKIE */
    uint64_t inode;  /* st_ino; 0 of a connection that nobody has accepted yet */
    struct sw_listed_end local, peer;
    uint32_t uid;
    uint32_t receive_queue, send_queue;
    uint32_t dropped;         /* datagrams */
    uint32_t interface_index; /* SO_BINDTODEVICE; 0 without */
    uint8_t family;           /* AF_INET or AF_INET6 */
    uint8_t transport;        /* enum sw_transport */
    uint8_t state;            /* of tcp(7)'s TCP_INFO; of a UDP socket TCP_ESTABLISHED or TCP_CLOSE */
    uint8_t shutdown;         /* bits 1 and 2: nothing more comes, nothing more is sent */
    uint8_t tos, tclass, congestion;
    bool is_v6only, is_port_chosen;
    struct sw_tcp_numbers tcp;
};

/* Adds the sockets of the host with this interface ID to `rows`, listeners first. */
void sw_list_sockets(struct sw_network *network, unsigned interface, struct sw_growing *rows);

static inline const struct sw_listed_socket *sw_listed_at(const struct sw_growing *rows, size_t index) {
    return (index + 1) * sizeof(struct sw_listed_socket) > rows->length ? NULL : (const struct sw_listed_socket *)(const void *)rows->bytes + index;
}

#endif
