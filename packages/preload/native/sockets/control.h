/* control.h: control messages of UDP sockets: IP_PKTINFO, TTL, TOS, UDP_SEGMENT. */
#ifndef SW_SOCKETS_CONTROL_H
#define SW_SOCKETS_CONTROL_H

#include "sockets/address.h"
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

/* What the socket sends along to `target` where a datagram says nothing else. */
struct sw_control sw_control_of(struct sw_record *record, const struct sw_site *target);

/* Reads and checks the control messages of a datagram to `target`, as ip_cmsg_send() and ip6_datagram_send_ctl() of the kernel do, each of which passes
 * over the other's; `control` gets the socket's own values where there are none. */
int sw_control_read(const struct sw_socket *socket, const struct sw_site *target, const struct msghdr *message, struct sw_control *control);

/* Whether the program asks for anything that sw_control_add() adds. */
bool sw_control_is_asked_for(const struct sw_record *record);

/* What is to be told of a received datagram. */
struct sw_received {
    const struct sw_address *from;
    const struct sw_address *destination; /* NULL where the socket tells */
    uint8_t ttl, tos;                     /* 0 TTL where nobody said */
};

/* Adds to a received datagram what the program asked for. `room` is the size of its buffer, message->msg_controllen what is
 * already in it. */
void sw_control_add(const struct sw_socket *socket, struct msghdr *message, size_t room, const struct sw_received *received);

/* put_cmsg() of the kernel: what does not fit into `room` is cut and said to be cut. */
void sw_control_put(struct msghdr *message, size_t room, int level, int type, const void *data, size_t size);

/* SO_BROADCAST */
bool sw_control_may_broadcast(const struct sw_socket *socket);

#endif
