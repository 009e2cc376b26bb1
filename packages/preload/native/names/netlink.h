/* netlink.h: what the kernel of a host would tell about its interfaces, addresses and routes (rtnetlink(7)). */
#ifndef SW_NAMES_NETLINK_H
#define SW_NAMES_NETLINK_H

#include "base/growing.h"
#include "names/place.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writes the answer to a request of `size` bytes for the socket with this port: messages of a list and its end, a single one, or an
 * error. False when the request is one for the machine's kernel: then nothing was written. */
bool sw_netlink_answer(const struct sw_place *place, const void *request, size_t size, uint32_t port, struct sw_growing *answer);

#endif
