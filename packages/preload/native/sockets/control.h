/* control.h: control messages: IP_PKTINFO, TTL, TOS, UDP_SEGMENT. */
#ifndef SW_SOCKETS_CONTROL_H
#define SW_SOCKETS_CONTROL_H

#include "sockets/address.h"
#include "sockets/options.h"
#include "state/fd_table.h"

/* What a program sends along with a datagram, or has set once for all. */
struct sw_control {
    unsigned segment; /* UDP_SEGMENT; 0 for one datagram */
    uint8_t ttl, tos;
    struct sw_address source; /* IP_PKTINFO; family 0 when it was not chosen */
};

/* Goes to the next control message of those that a program hands over; *header is NULL before the first. 1, 0 behind the last one, and
 * -EINVAL where the kernel's CMSG_OK() says no. Not CMSG_NXTHDR(): a length near SIZE_MAX leads some libcs' out of the buffer. */
int sw_control_next(const struct msghdr *message, struct cmsghdr **header);

/* The TTL and class that the socket sends along to `target` where a datagram says nothing else. */
static inline struct sw_told sw_control_told(struct sw_record *record, const struct sw_site *target) {
    const struct sw_options *options = sw_options_of(record);
    bool group = target->scope == SW_SCOPE_MULTICAST;
    if (target->wire_family == 4)
        return (struct sw_told){.ttl = (uint8_t)(group ? options->multicast_ttl : options->ttl), .tos = options->tos};
    return (struct sw_told){.ttl = (uint8_t)(group ? options->multicast_hops : options->unicast_hops), .tos = options->tclass};
}

/* Reads and checks the control messages of a datagram to `target`, and whether the host has what they choose to send from; `control` gets the socket's
 * own values where there are none. */
int sw_control_read(const struct sw_socket *socket, const struct sw_site *target, const struct msghdr *message, struct sw_control *control);

/* sock_cmsg_send(): what TCP has to say of control messages, none of which change anything there. */
int sw_control_check_stream(const struct sw_socket *socket, const struct msghdr *message);

/* Whether the program asks for anything that sw_control_add() adds. */
static inline bool sw_control_is_asked_for(const struct sw_record *record) {
    const uint64_t asked = 1ull << SW_SWITCH_IP_PKTINFO | 1ull << SW_SWITCH_IP_RECVTTL | 1ull << SW_SWITCH_IP_RECVTOS | 1ull << SW_SWITCH_IP_RECVORIGDSTADDR |
                           1ull << SW_SWITCH_IPV6_RECVPKTINFO | 1ull << SW_SWITCH_IPV6_RECVHOPLIMIT | 1ull << SW_SWITCH_IPV6_RECVTCLASS |
                           1ull << SW_SWITCH_IPV6_FLOWINFO | 1ull << SW_SWITCH_IPV6_2292PKTINFO | 1ull << SW_SWITCH_IPV6_2292HOPLIMIT |
                           1ull << SW_SWITCH_IPV6_RECVORIGDSTADDR;
    return (sw_options_of((struct sw_record *)record)->switches & asked) != 0;
}

/* What is to be told of a received datagram. */
struct sw_received {
    const struct sw_address *from;
    const struct sw_address *destination; /* NULL where the socket tells */
    uint8_t ttl, tos;                     /* 0 TTL where nobody said */
};

/* SO_RXQ_OVFL: sock_recv_drops() says nothing of none. */
void sw_control_dropped(const struct sw_socket *socket, struct msghdr *message, size_t room, uint32_t dropped);

/* Adds to a received datagram what the program asked for. `room` is the size of its buffer, message->msg_controllen what is
 * already in it. */
void sw_control_add(const struct sw_socket *socket, struct msghdr *message, size_t room, const struct sw_received *received);

/* put_cmsg() of the kernel: what does not fit into `room` is cut and said to be cut. */
void sw_control_put(struct msghdr *message, size_t room, int level, int type, const void *data, size_t size);

/* Adds the time that the program asked for with SO_TIMESTAMP and its kin. It is that of the call: of what a socket keeps no time of its own with, all
 * that is known is that it was there before. */
void sw_control_stamp(const struct sw_socket *socket, struct msghdr *message, size_t room);

/* SO_BROADCAST */
bool sw_control_may_broadcast(const struct sw_socket *socket);

#endif
