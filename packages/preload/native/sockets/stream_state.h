/* stream_state.h: the state of a TCP connection, and how it ends: by shutdown(2), close(2) or a reset. */
#ifndef SW_SOCKETS_STREAM_STATE_H
#define SW_SOCKETS_STREAM_STATE_H

#include "state/fd_table.h"

/* A state of tcp(7)'s TCP_INFO. */
uint8_t sw_stream_state(const struct sw_socket *socket);

/* The same of a socket with these flags of its record, which no reset has ended. */
uint8_t sw_stream_state_of(uint32_t flags, bool has_peer_ended);

int sw_shutdown(struct sw_socket *socket, int how);

/* Before the last descriptor of a socket is closed: the peer meets a FIN, or a RST with SO_LINGER 0 or unread data. Of a socket that is not
 * connected, nothing. */
void sw_stream_closing(const struct sw_socket *socket);

/* Whether TCP has no connection here, or none any more: both sides have ended it, or one has reset it. */
bool sw_stream_is_closed(const struct sw_socket *socket);

/* Whether the peer sends no more: it has said so, or is gone. */
bool sw_stream_has_peer_ended(const struct sw_network *network, const struct sw_record *record);

/* Has `peer`, which may be NULL, meet the reset of a connection that the socket of `record` gives up. */
void sw_stream_reset_peer(const struct sw_record *record, struct sw_record *peer);

/* After a reset a TCP socket is closed: it has no peer, and takes no more data. */
void sw_stream_was_reset(struct sw_record *record);

/* Whether a reset has come, and an end of the peer's in front of it: reading meets that, and only writing the reset, as EPIPE. */
bool sw_stream_was_ended_first(const struct sw_record *record);

#endif
