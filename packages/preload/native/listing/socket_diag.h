/* socket_diag.h: the list of sockets that ss(8) asks for, by inet_diag (sock_diag(7)). */
#ifndef SW_LISTING_SOCKET_DIAG_H
#define SW_LISTING_SOCKET_DIAG_H

#include "base/growing.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Writes the answer to a request of `size` bytes for the socket with this port: about TCP, UDP and all else over IPv4 and IPv6, of this
 * host alone. False when the request is one for the machine's kernel: then nothing was written. */
bool sw_socket_diag_answer(const void *request, size_t size, uint32_t port, struct sw_growing *answer);

/* Takes out of `length` bytes of the kernel's answers what tells of Unix sockets that are IP sockets of the network. How many bytes are
 * left, 0 when nothing is. */
size_t sw_socket_diag_without_stand_ins(unsigned char *messages, size_t length);

#endif
