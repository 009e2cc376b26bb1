/* hostent.h: what gethostbyname(3) and its kin answer for a process on a network. */
#ifndef SW_NAMES_HOSTENT_H
#define SW_NAMES_HOSTENT_H

#include "names/place.h"

#include <netdb.h>
#include <stddef.h>

/* All three fill `entry`, whose pointers point into `buffer`, and return 0; or return -ERANGE when the buffer is too small, another
 * negative errno, or a positive HOST_NOT_FOUND or NO_DATA. */
int sw_hostent_by_name(const struct sw_place *place, const char *name, int family, struct hostent *entry, char *buffer,
                       size_t size);
int sw_hostent_by_address(const struct sw_place *place, const void *address, socklen_t length, int family,
                          struct hostent *entry, char *buffer, size_t size);

/* Line number `position` of the hosts files, for gethostent(3); HOST_NOT_FOUND after the last one. */
int sw_hostent_at(const struct sw_place *place, unsigned position, struct hostent *entry, char *buffer, size_t size);

#endif
