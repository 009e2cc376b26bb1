/* name.h: the names of socket files, as docs/network-directory.md spells them. */
#ifndef SW_SOCKETS_NAME_H
#define SW_SOCKETS_NAME_H

#include "state/network.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

struct sw_name {
    bool udp;
    bool loopback;
    bool wildcard;       /* spelled with two slashes: the socket has other names as well */
    uint8_t wire_family; /* 4 or 6 */
    uint8_t interface;
    uint16_t port;
    uint16_t share;            /* the N of `+N`, 0 without */
    uint32_t loopback_address; /* host order, of `.7F000102`; 0 without */
};

enum { SW_NAME_SIZE = 32 };

/* Writes the name with a final NUL; returns its length. */
unsigned sw_name_format(const struct sw_name *name, char text[SW_NAME_SIZE]);

/* Reads the last component of the `length` bytes at `path`, and whether two slashes are in front of it; only the canonical spelling counts. */
bool sw_name_parse(const char *path, size_t length, struct sw_name *name);

/* Reads the name that an AF_UNIX address of `length` bytes carries. */
bool sw_name_of_unix(const struct sockaddr_un *address, socklen_t length, struct sw_name *name);

#endif
