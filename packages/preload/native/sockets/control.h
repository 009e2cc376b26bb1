/* control.h: control messages of UDP sockets: IP_PKTINFO, TTL, TOS, UDP_SEGMENT. */
#ifndef SW_SOCKETS_CONTROL_H
#define SW_SOCKETS_CONTROL_H

#include "sockets/address.h"
#include "state/fd_table.h"

/* Checks what a program sends along, as ip_cmsg_send() of the kernel does. `segment` is changed by a UDP_SEGMENT. */
int sw_control_read(const struct sw_socket *socket, const struct msghdr *message, unsigned *segment);

/* Adds to a received datagram what the program asked for. `room` is the size of its buffer, message->msg_controllen what is
 * already in it. */
void sw_control_add(const struct sw_socket *socket, struct msghdr *message, size_t room, const struct sw_address *from);

/* SO_BROADCAST */
bool sw_control_may_broadcast(const struct sw_socket *socket);

#endif
