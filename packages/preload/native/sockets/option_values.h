/* option_values.h: how the values of options are copied from and to a program: each level of the kernel has its own ways with lengths. */
#ifndef SW_SOCKETS_OPTION_VALUES_H
#define SW_SOCKETS_OPTION_VALUES_H

#include "state/fd_table.h"

#include <sys/socket.h>

/* Copies an int out as TCP, UDP and IPv6 do: as much of it as there is room for. */
int sw_give_int(int answer, void *value, socklen_t *length);

/* The same as ip_getsockopt() does: a value of one byte fits into a short buffer. */
int sw_give_ip_int(int answer, void *value, socklen_t *length);

/* Copies out the first bytes of `answer`, as many as there is room for. */
int sw_give_bytes(const void *answer, socklen_t size, void *value, socklen_t *length);

/* Reads an int. ip_setsockopt() takes a single byte where the others want an int, and nothing for a zero; do_ipv6_setsockopt() takes
 * NULL for a zero. */
int sw_take_int(int level, const void *value, socklen_t length, int *taken);

/* Options that both families of addresses have. The interface by which datagrams go, in network order: lo, eth0, or 0 for any; and to take
 * others' addresses, which an unprivileged process may not. */
int sw_take_unicast_interface(int level, const void *value, socklen_t length, int32_t *interface);
int sw_take_transparent(int level, const void *value, socklen_t length);

/* Sets or clears a flag of the record, by an int. */
int sw_take_flag(struct sw_record *record, uint32_t flag, const void *value, socklen_t length);

#endif
