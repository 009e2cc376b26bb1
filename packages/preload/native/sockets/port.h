/* port.h: bind(2), and the ports that sockets get without asking. */
#ifndef SW_SOCKETS_PORT_H
#define SW_SOCKETS_PORT_H

#include "sockets/address.h"
#include "state/fd_table.h"

/* bind(2) */
int sw_bind(struct sw_socket *socket, const struct sockaddr *address, socklen_t length);

/* Gives an unbound socket a port of the kernel's choice, as listen(2) and the first sendto(2) do: on the wildcard address, unless bind(2) was told
 * another. When its first peer is on the own loopback (`towards`, may be NULL), peers see it there. */
int sw_bind_unbound(struct sw_socket *socket, const struct sw_site *towards);

/* Binds a Unix socket that takes the place of another, whose `port` and local address it has, beside whoever shares them. */
int sw_bind_again(struct sw_socket *socket, uint16_t port);

/* Gives an unbound stream socket the name that its peer at `target` and `port` is to see. Cheaper than sw_bind_unbound(): one file. */
int sw_bind_for_connect(struct sw_socket *socket, const struct sw_site *target, uint16_t port);

/* Whether bind(2) was told an address that the socket can send from: not a multicast or broadcast address. */
bool sw_port_has_source(const struct sw_socket *socket);

/* Whether the socket has an IPv4 address that leads nowhere, by IP_FREEBIND: the kernel finds no way from there. */
bool sw_port_is_elsewhere(const struct sw_socket *socket);

/* With IP_BIND_ADDRESS_NO_PORT bind(2) names no port: the program sees one once the socket is used. */
void sw_port_show(struct sw_record *record);

#endif
