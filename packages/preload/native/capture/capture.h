/* capture.h: what happens on the network, for SOCKET_WRAPPER_PCAP_FILE.
 *
 * Each packet is written once, by the side that sends it: the connecting side writes the handshake, each sender its segments and
 * datagrams, whoever closes its FIN. What a process that was killed could not write, its peer writes when it finds out. */
#ifndef SW_CAPTURE_CAPTURE_H
#define SW_CAPTURE_CAPTURE_H

#include "sockets/address.h"
#include "state/fd_table.h"

/* Whether this process writes a capture; cheap. */
bool sw_capture_is_on(void);

/* SYN, SYN-ACK, ACK; `local` and `peer` of the record are set. Called before connect(2) where its success is certain, so that nothing the peer
 * says comes earlier. */
void sw_capture_connected(const struct sw_socket *socket);

/* SYN, and the answer of a closed port or of the network. */
void sw_capture_refused(const struct sw_socket *socket, int error);

/* An attempt to leave the network. */
void sw_capture_blocked(const struct sw_socket *socket, const struct sw_address *destination);

/* Sends on a stream and writes the segments, in an order that no reader can overtake. Answers like sendmsg(2), with errno. */
ssize_t sw_capture_send(struct sw_socket *socket, const struct msghdr *message, int flags);

/* FIN, or RST with SO_LINGER 0 or unread data: this side closes or shuts down. */
void sw_capture_closing(const struct sw_socket *socket);

/* The peer's stream has ended: its FIN, unless it wrote that itself. */
void sw_capture_end_of_stream(const struct sw_socket *socket);

/* One datagram, before it is sent. */
void sw_capture_datagram(const struct sw_socket *socket, const struct sw_address *source, const struct sw_address *destination,
                         const struct msghdr *message);

/* ICMP port unreachable for a datagram just sent. */
void sw_capture_unreachable(const struct sw_socket *socket, const struct sw_address *source, const struct sw_address *destination,
                            const struct msghdr *message);

/* After fork(2), in the child. */
void sw_capture_after_fork_in_child(void);

#endif
