#include "interpose/unknown_name.h"

#include "capture/capture.h"
#include "names/lookup.h"
#include "names/numeric.h"

#include <errno.h>
#include <string.h>

void sw_tell_unknown_name(const struct sw_place *place, const char *name) {
    struct sw_ip ip;
    struct sw_host host;
    if (name == NULL || *name == '\0' || strnlen(name, SW_HOST_NAME_SIZE) == SW_HOST_NAME_SIZE)
        return;
    int saved_errno = errno;
    struct sw_network *network;
    bool is_unknown = sw_numeric_parse(name, &ip) == SW_NOT_NUMERIC && !sw_lookup_name(place, name, &host);
    if (is_unknown && sw_network_current(&network) == 0 && network != NULL)
        sw_capture_unknown_name(network, place->interface, name);
    errno = saved_errno;
}
