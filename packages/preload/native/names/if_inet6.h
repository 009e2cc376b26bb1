/* if_inet6.h: the IPv6 addresses of the host as /proc/net/if_inet6 lists them: where Java looks before it uses IPv6 at all, and what
 * it makes its network interfaces of. */
#ifndef SW_NAMES_IF_INET6_H
#define SW_NAMES_IF_INET6_H

#include "names/place.h"

#include <stdbool.h>
#include <stddef.h>

enum { SW_IF_INET6_SIZE = 256 };

/* Whether `path` is that file. */
bool sw_is_if_inet6(const char *path);

/* Its text; the result is how long it is. */
size_t sw_if_inet6(const struct sw_place *place, char text[static SW_IF_INET6_SIZE]);

#endif
