/* delivery.h: who a datagram is for, and how it gets there. */
#ifndef SW_SOCKETS_DELIVERY_H
#define SW_SOCKETS_DELIVERY_H

#include "sockets/address.h"
#include "sockets/control.h"
#include "state/fd_table.h"

/* One datagram on its way. */
struct sw_delivery {
    struct sw_socket *socket;
    struct sw_address source, destination;
    struct sw_site target;
    struct msghdr message;      /* only the data */
    const struct msghdr *whole; /* what UDP_SEGMENT cuts into messages, and the kernel's loopback carries as one; NULL otherwise */
    struct sw_control control;
    bool source_is_chosen; /* by IP_PKTINFO, and another than the socket would have */
    bool delivered;
    bool is_refused; /* the sender has been told that nobody takes it */
    struct sw_record *receiver; /* who got it in the plainest way, and has the endpoint alone; NULL otherwise */
    int error; /* of the data itself, such as EFAULT */
};

/* Hands the datagram to whoever is to have it: one socket, those of a group, or all. Nobody is told of a closed port but the sender. */
void sw_deliver(struct sw_delivery *delivery);

#endif
