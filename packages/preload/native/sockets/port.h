/* port.h: bind(2), and the ports that sockets get without asking. */
#ifndef SW_SOCKETS_PORT_H
#define SW_SOCKETS_PORT_H

#include "sockets/address.h"
#include "state/fd_table.h"

/* bind(2) */
int sw_bind(struct sw_socket *socket, const struct sockaddr *address, socklen_t length);

/* Gives an unbound socket a port of the kernel's choice on the wildcard address, as listen(2) and the first sendto(2) do. When its
 * first peer is on the own loopback (`towards`, may be NULL), peers see it there. */
int sw_bind_wildcard(struct sw_socket *socket, const struct sw_site *towards);

/* Gives an unbound stream socket the name that its peer at `target` is to see. Cheaper than sw_bind_wildcard(): one file. */
int sw_bind_for_connect(struct sw_socket *socket, const struct sw_site *target);

/* Whether the socket has an IPv4 address that leads nowhere, by IP_FREEBIND: the kernel finds no way from there. */
bool sw_port_is_elsewhere(const struct sw_socket *socket);

/* Whether another socket with the own address and port, which they share, is connected to `peer` already. */
bool sw_port_has_connection(const struct sw_socket *socket, const struct sw_address *peer);

/* Whether listen(2) must answer EADDRINUSE because another socket of the same port listens. */
bool sw_port_is_listened_on(const struct sw_socket *socket);

/* With IP_BIND_ADDRESS_NO_PORT bind(2) names no port: the program sees one once the socket is used. */
void sw_port_show(struct sw_record *record);

#endif
