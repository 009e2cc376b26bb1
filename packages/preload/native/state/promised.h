/* promised.h: the pages of `.state` behind its header that the file system has promised to keep.
 *
 * Any other one is a SIGBUS where the file system is full, to whoever stores to it, and on a tmpfs to whoever reads it as well. What was never
 * promised holds nothing, so readers pass it over. errno is untouched. */
#ifndef SW_STATE_PROMISED_H
#define SW_STATE_PROMISED_H

#include "state/network.h"

#include <stdbool.h>
#include <stddef.h>

/* Has whole pages promised; false when the file system is full. */
bool sw_promise_pages(struct sw_network *network, void *pages, size_t size);

/* The same for the page of an entry of the process table, the endpoint index or the group members, and notes it. */
bool sw_promise(struct sw_network *network, void *entry);

/* Whether the page of such an entry was promised, by any process. */
bool sw_is_promised(const struct sw_network *network, const void *entry);

#endif
