/* unknown_name.c: names that were looked up in vain, which explain many a failure. */
#include "base/config.h"
#include "capture/capture.h"

#include <string.h>

void sw_capture_unknown_name(struct sw_network *network, int interface, const char *name) {
    if (!sw_capture_is_on(network))
        return;
    uint32_t length = (uint32_t)strlen(name);
    struct iovec part = {(char *)name, length};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    struct sw_actor actor = {sw_config_spawn(), (uint8_t)interface};
    struct sw_entry entry = sw_entry_begin_without_socket(network, SW_EVENT_UNKNOWN_NAME, actor, length);
    sw_entry_fill(&entry, &message, length);
    sw_entry_end(&entry, &message, length);
}
