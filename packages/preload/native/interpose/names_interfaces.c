/* names_interfaces.c: the functions of libc that list network interfaces. */
#include "base/real.h"
#include "interpose/export.h"
#include "names/ifaddrs.h"
#include "names/interfaces.h"

#include <stdlib.h>
#include <string.h>

/* getifaddrs(3) */
SW_EXPORT int getifaddrs(struct ifaddrs **list) {
    struct sw_place place;
    sw_real_load();
    if (!sw_place_now(&place))
        return sw_real.getifaddrs(list);
    return (int)sw_answer(sw_getifaddrs(&place, list));
}

SW_EXPORT void freeifaddrs(struct ifaddrs *list) {
    if (sw_is_own_ifaddrs(list)) {
        free(list);
        return;
    }
    sw_real_load();
    sw_real.freeifaddrs(list);
}

/* if_nameindex(3) */
SW_EXPORT struct if_nameindex *if_nameindex(void) {
    struct sw_place place;
    sw_real_load();
    if (!sw_place_now(&place))
        return sw_real.if_nameindex();
    struct if_nameindex *list = sw_if_nameindex();
    if (list == NULL)
        errno = ENOBUFS;
    return list;
}

SW_EXPORT void if_freenameindex(struct if_nameindex *list) {
    if (list == NULL)
        return;
    if (sw_is_own_if_nameindex(list)) {
        sw_free_own_if_nameindex(list);
        return;
    }
    sw_real_load();
    sw_real.if_freenameindex(list);
}

/* if_nametoindex(3) */
SW_EXPORT unsigned if_nametoindex(const char *name) {
    struct sw_place place;
    sw_real_load();
    if (!sw_place_now(&place))
        return sw_real.if_nametoindex(name);
    unsigned index = sw_interface_index(name);
    if (index == 0)
        errno = ENODEV;
    return index;
}

SW_EXPORT char *if_indextoname(unsigned index, char *name) {
    struct sw_place place;
    sw_real_load();
    if (!sw_place_now(&place))
        return sw_real.if_indextoname(index, name);
    const char *known = sw_interface_name(index);
    if (known == NULL) {
        errno = ENXIO;
        return NULL;
    }
    return strcpy(name, known);
}
