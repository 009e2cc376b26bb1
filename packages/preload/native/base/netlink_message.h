/* netlink_message.h: answers in the form of netlink(7), one message behind the other. */
#ifndef SW_BASE_NETLINK_MESSAGE_H
#define SW_BASE_NETLINK_MESSAGE_H

#include "base/growing.h"

#include <linux/netlink.h>
#include <stddef.h>
#include <stdint.h>

struct sw_netlink_writer {
    struct sw_growing *bytes;
    size_t message; /* where the last one starts */
    uint16_t flags; /* of all messages: NLM_F_MULTI in a list */
    uint32_t sequence, port;
};

/* Starts a message with what precedes its attributes. */
void sw_netlink_begin(struct sw_netlink_writer *writer, uint16_t type, const void *body, size_t size);

/* Adds an attribute, of 1,024 bytes at most, to the last message. */
void sw_netlink_attribute(struct sw_netlink_writer *writer, uint16_t type, const void *data, size_t size);

/* What ends a list. */
void sw_netlink_done(struct sw_netlink_writer *writer);

/* What answers a request that failed: a negative errno and the request's header. */
void sw_netlink_failed(struct sw_netlink_writer *writer, int error, const struct nlmsghdr *request);

/* One attribute of a request after the other: start with *position behind the body. NULL at the end, and where one is longer than the rest. */
const void *sw_netlink_next(const unsigned char *request, size_t size, size_t *position, uint16_t *type, size_t *length);

#endif
