#include "names/netlink_families.h"

#include "base/netlink_message.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <string.h>

static bool is_hidden(const char *name, size_t length) {
    static const char *const HIDDEN[] = {"tcp_metrics", "ethtool", "netdev"};
    for (size_t i = 0; i < sizeof HIDDEN / sizeof *HIDDEN; i++)
        if (length == strlen(HIDDEN[i]) + 1 && memcmp(name, HIDDEN[i], length) == 0)
            return true;
    return false;
}

bool sw_netlink_hides_family(const void *request, size_t size, uint32_t port, struct sw_growing *answer) {
    struct nlmsghdr header;
    struct genlmsghdr generic;
    if (size < sizeof header + sizeof generic)
        return false;
    memcpy(&header, request, sizeof header);
    const unsigned char *body = (const unsigned char *)request + sizeof header;
    memcpy(&generic, body, sizeof generic);
    if (header.nlmsg_type != GENL_ID_CTRL || generic.cmd != CTRL_CMD_GETFAMILY)
        return false;
    size_t position = NLMSG_ALIGN(sizeof generic), length;
    uint16_t type;
    const void *data;
    while ((data = sw_netlink_next(body, size - sizeof header, &position, &type, &length)) != NULL) {
        if (type != CTRL_ATTR_FAMILY_NAME || !is_hidden(data, length))
            continue;
        struct sw_netlink_writer writer = {.bytes = answer, .sequence = header.nlmsg_seq, .port = port};
        sw_netlink_failed(&writer, -ENOENT, &header);
        return true;
    }
    return false;
}
