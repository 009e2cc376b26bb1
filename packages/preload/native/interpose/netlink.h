/* netlink.h: NETLINK_ROUTE sockets, by which programs learn of interfaces without getifaddrs(3): dnsmasq, ip(8).
 *
 * The socket is the kernel's. A question for all links or addresses does not reach the kernel: a request that does nothing takes its
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

/* Whether the message is a question that is answered here; then `result` is that of the call. */
bool sw_netlink_sending(int fd, const struct msghdr *message, int flags, ssize_t *result);

/* Whether the next message on `fd` is an answer from here; then `result` is that of the call. */
bool sw_netlink_receiving(int fd, struct msghdr *message, int flags, ssize_t *result);

#endif
