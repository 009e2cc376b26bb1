/* option_levels.h: getsockopt(2) and setsockopt(2), a pair per level. */
#ifndef SW_SOCKETS_OPTION_LEVELS_H
#define SW_SOCKETS_OPTION_LEVELS_H

#include "sockets/options.h"

/* SOL_SOCKET: options whose answer differs from the Unix socket's; the others are left to it. */
int sw_socket_option_get(struct sw_socket *socket, int name, void *value, socklen_t *length);
int sw_socket_option_set(struct sw_socket *socket, int name, const void *value, socklen_t length);

/* IPPROTO_TCP */
int sw_tcp_option_get(struct sw_socket *socket, int name, void *value, socklen_t *length);
int sw_tcp_option_set(struct sw_socket *socket, int name, const void *value, socklen_t length);

/* IPPROTO_UDP and IPPROTO_UDPLITE */
int sw_udp_option_get(struct sw_socket *socket, int name, void *value, socklen_t *length);
int sw_udp_option_set(struct sw_socket *socket, int name, const void *value, socklen_t length);

/* IPPROTO_IP */
int sw_ip_option_get(struct sw_socket *socket, int name, void *value, socklen_t *length);
int sw_ip_option_set(struct sw_socket *socket, int name, const void *value, socklen_t length);

/* IPPROTO_IPV6 */
int sw_ipv6_option_get(struct sw_socket *socket, int name, void *value, socklen_t *length);
int sw_ipv6_option_set(struct sw_socket *socket, int name, const void *value, socklen_t length);

#endif
