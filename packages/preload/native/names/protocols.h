/* protocols.h: which kinds of sockets and ports the hints and the service of getaddrinfo(3) ask for. */
#ifndef SW_NAMES_PROTOCOLS_H
#define SW_NAMES_PROTOCOLS_H

#include <netdb.h>
#include <stdbool.h>

enum { SW_SOCKET_KINDS_MAX = 8 };

struct sw_socket_kind {
    int type;
    int protocol;
    int port; /* host order */
};

/* Whether the whole of `service` is a number, as strtoul(3) reads it. */
bool sw_is_port_number(const char *service);

/* Fills `kinds` in the order in which they are listed for each address, and `count`. Returns 0 or an EAI_… code. `service` may be
 * NULL, a number or a name. */
int sw_socket_kinds(const char *service, const struct addrinfo *hints, struct sw_socket_kind kinds[static SW_SOCKET_KINDS_MAX],
                    unsigned *count);

#endif
