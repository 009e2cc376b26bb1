/* port_holders.h: which sockets have a port, and who else may have it beside them. */
#ifndef SW_SOCKETS_PORT_HOLDERS_H
#define SW_SOCKETS_PORT_HOLDERS_H

#include "sockets/port_request.h"

/* Whether the socket has a port: inet_num of the kernel. One that the kernel chose is given back when its connection fails or is reset, though
 * getsockname(2) still shows it. */
bool sw_port_is_held(const struct sw_socket *socket);

/* Where a connection fails or is reset: tcp_set_state() gives a port of the kernel's choice back. */
static inline void sw_port_give_back(struct sw_record *record) {
    if (!sw_record_has(record, SW_PORT_CHOSEN))
        sw_record_clear(record, SW_BOUND);
}

/* Looks at those who hold what `request` claims: -EADDRINUSE, or 0 with the claims whose files are taken by sockets that share. A socket that `had`
 * the port, and only gets another Unix socket, shares it with all. Frees what dead processes left. The network's lock is held. */
int sw_port_look(const struct sw_socket *socket, const struct sw_port_request *request, bool had, uint8_t *taken);

/* Whether a connection that was accepted on the port of `request` still lives, and may not share it: such sockets have no files of their own. */
bool sw_port_has_accepted(const struct sw_socket *socket, const struct sw_port_request *request);

/* Whether listen(2) must answer EADDRINUSE: inet_csk_listen_start() asks for the port once more, as one who listens. */
bool sw_port_is_in_the_way(const struct sw_socket *socket);

/* Whether another socket with the own address and port, which they share, is connected to `peer` already. */
bool sw_port_has_connection(const struct sw_socket *socket, const struct sw_address *peer);

#endif
