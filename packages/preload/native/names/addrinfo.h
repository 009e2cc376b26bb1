/* addrinfo.h: getaddrinfo(3) for a process on a network: hints and results are glibc's, the answers are lookup.h's. */
#ifndef SW_NAMES_ADDRINFO_H
#define SW_NAMES_ADDRINFO_H

#include "names/place.h"

#include <netdb.h>

/* Returns 0 and a list, or an EAI_… code. errno is untouched. An entry and its canonical name are allocated as glibc's are, so
 * that glibc's own freeaddrinfo(3) could free them as well. A name that nobody has is EAI_NONAME; one that has no address of the
 * family asked for is EAI_NODATA, as when glibc asks DNS. */
int sw_getaddrinfo(const struct sw_place *place, const char *node, const char *service, const struct addrinfo *hints,
                   struct addrinfo **list);

/* Frees entries from the front of `list` as long as they are ours. Returns the rest, which libc made; NULL when nothing is left. */
struct addrinfo *sw_free_own_addrinfo(struct addrinfo *list);

#endif
