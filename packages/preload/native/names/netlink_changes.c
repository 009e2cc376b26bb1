#include "names/netlink_changes.h"

#include "base/netlink_message.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>

/* rtnetlink_rcv_msg(): RTM_NEW…, RTM_DEL…, RTM_GET… and RTM_SET… of each object stand in this order. */
static bool is_change(const struct nlmsghdr *header) {
    enum { KINDS = 4, GET = 2 };
    return header->nlmsg_type >= RTM_BASE && (header->nlmsg_type - RTM_BASE) % KINDS != GET;
}

/* The request at *position, which moves on to the next. Of one that is cut the header counts. */
static bool next(const void *requests, size_t size, size_t *position, struct nlmsghdr *header) {
    if (*position > size || size - *position < sizeof *header)
        return false;
    memcpy(header, (const char *)requests + *position, sizeof *header);
    if (header->nlmsg_len < sizeof *header)
        return false;
    size_t rest = size - *position;
    *position += header->nlmsg_len < rest ? NLMSG_ALIGN(header->nlmsg_len) : rest;
    return true;
}

bool sw_netlink_is_change(const void *requests, size_t size) {
    struct nlmsghdr header;
    size_t position = 0;
    while (next(requests, size, &position, &header))
        if (is_change(&header))
            return true;
    return false;
}

void sw_netlink_refuse(const void *requests, size_t size, uint32_t port, struct sw_growing *answer) {
    struct nlmsghdr header;
    size_t position = 0;
    while (next(requests, size, &position, &header)) {
        struct sw_netlink_writer writer = {.bytes = answer, .sequence = header.nlmsg_seq, .port = port};
        if (is_change(&header))
            sw_netlink_failed(&writer, -EPERM, &header);
    }
}
