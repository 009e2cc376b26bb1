/* netlink.h: netlink(7) sockets, by which programs learn of interfaces, routes and sockets: dnsmasq, ip(8), ss(8).
 *
 * The socket is the kernel's. A question that is answered here does not reach the kernel: a request that does nothing takes its
 * place, so that its acknowledgement makes the socket readable, and whoever reads is given the answer instead. */
#ifndef SW_INTERPOSE_NETLINK_H
#define SW_INTERPOSE_NETLINK_H

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/types.h>

/* How many such sockets of this process are watched; 0 in nearly all processes. */
extern _Atomic unsigned sw_netlink_watched;

/* `fd` is a new socket of this family and protocol. */
void sw_netlink_opened(int fd, int family, int protocol);

/* Whether what `fd`, any socket, tells of interfaces is the machine's, where the network began, and not of a namespace that the program has made for
 * itself. True where the program may not ask. */
bool sw_netlink_is_of_machine(int fd);

/* Whether the message is a question that is answered here; then `result` is that of the call. */
bool sw_netlink_sending(int fd, const struct msghdr *message, int flags, ssize_t *result);

/* Whether the next message on `fd` is an answer from here, or one of the kernel's that has to be read here; then `result` is that of the
 * call. */
bool sw_netlink_receiving(int fd, struct msghdr *message, int flags, ssize_t *result);

#endif
