/* nameinfo.h: getnameinfo(3) for a process on a network. */
#ifndef SW_NAMES_NAMEINFO_H
#define SW_NAMES_NAMEINFO_H

#include "names/place.h"

#include <stddef.h>

/* Room for one answer of getnameinfo(3); nothing is wanted when `text` is NULL or `size` 0. */
struct sw_room {
    char *text;
    size_t size;
};

/* Returns 0 or an EAI_… code. errno is untouched. */
int sw_getnameinfo(const struct sw_place *place, const struct sockaddr *address, socklen_t size, struct sw_room host,
                   struct sw_room service, int flags);

#endif
