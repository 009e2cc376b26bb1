/* diag_filter.h: the small program in a request for sockets that says which of them are wanted, as `ss sport = :80` sends one
 * (INET_DIAG_REQ_BYTECODE in linux/inet_diag.h). */
#ifndef SW_LISTING_DIAG_FILTER_H
#define SW_LISTING_DIAG_FILTER_H

#include "listing/sockets.h"

#include <stdbool.h>
#include <stddef.h>

/* Whether the kernel would take the program: each operation is whole, and leads forward to another or to the end. */
bool sw_diag_filter_is_valid(const unsigned char *program, size_t size);

/* Whether a valid program wants the socket. */
bool sw_diag_filter_wants(const unsigned char *program, size_t size, const struct sw_listed_socket *socket);

#endif
