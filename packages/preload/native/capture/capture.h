/* capture.h: what happens on the network, for the flight recorder and SOCKET_WRAPPER_PCAP_FILE.
 *
 * Each packet is recorded once, by the side that sends it: the connecting side records the handshake, each sender its data and
 * datagrams, whoever closes its FIN. What a process that was killed could not record, its peer does when it finds out. */
#ifndef SW_CAPTURE_CAPTURE_H
#define SW_CAPTURE_CAPTURE_H

#include "capture/entry.h"
#include "capture/packet.h"
#include "sockets/address.h"
#include "state/fd_table.h"
#include "state/recorded.h"

/* Whether the network is recorded; cheap. One process that asks for a capture is enough: the others' half of its conversations belongs
 * into it. */
static inline bool sw_capture_is_on(struct sw_network *network) {
    return sw_network_is_recorded_lately(network);
}

/* SYN, SYN-ACK, ACK; `local` and `peer` of the record are set. Called before connect(2) where its success is certain, so that nothing the peer
 * says comes earlier. */
void sw_capture_connected(const struct sw_socket *socket);

/* SYN, and the answer of a closed port or of the network. */
void sw_capture_refused(const struct sw_socket *socket, int error);

/* An attempt to leave the network. */
void sw_capture_blocked(const struct sw_socket *socket, const struct sw_address *destination);

/* Sends on a stream what there is room for and records it, in an order that no reader can overtake. Answers like sendmsg(2) with
 * MSG_DONTWAIT, with errno. */
ssize_t sw_capture_send(struct sw_socket *socket, const struct msghdr *message, int flags);

/* The first `length` bytes of `message` went to a peer that has shut its reading half: sockets/late.h. */
void sw_capture_late(const struct sw_socket *socket, const struct msghdr *message, size_t length);

/* The first `length` bytes of `message` went to a peer that has closed, whose kernel answers with a RST. */
void sw_capture_answered_by_reset(const struct sw_socket *socket, const struct msghdr *message, size_t length);

/* The program has read `size` bytes of a stream: now and then its acknowledgement. */
void sw_capture_received(const struct sw_socket *socket, size_t size);

/* FIN: this side of a connection sends no more. `unread` bytes have arrived here that nobody has read yet. */
void sw_capture_end(const struct sw_socket *socket, int unread);

/* RST: this side gives the connection up. */
void sw_capture_reset(const struct sw_socket *socket, int unread);

/* The peer's stream has ended: its FIN, unless it recorded that itself. */
void sw_capture_end_of_stream(const struct sw_socket *socket);

/* A datagram that is about to be sent, and its end: recorded, or given back because nothing was sent. */
struct sw_entry sw_capture_datagram_starts(const struct sw_socket *socket, const struct sw_address *source, const struct sw_address *destination,
                                           struct sw_packet_marks marks, const struct msghdr *message);
void sw_capture_datagram_sent(struct sw_entry *entry, const struct msghdr *message);
void sw_capture_datagram_failed(struct sw_entry *entry);

/* ICMP port unreachable for a datagram just sent, whose data can be read. */
void sw_capture_unreachable(const struct sw_socket *socket, const struct sw_address *source, const struct sw_address *destination,
                            const struct msghdr *message);

/* A program on the host `interface` looked up a name that no host has. */
void sw_capture_unknown_name(struct sw_network *network, int interface, const char *name);

/* For the process's last moments: what others left unfinished is not waited for any more. */
void sw_capture_finish(void);

#endif
