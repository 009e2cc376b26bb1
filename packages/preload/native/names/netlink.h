/* netlink.h: what the kernel of a host would tell about interfaces and their addresses (rtnetlink(7)). */
#ifndef SW_NAMES_NETLINK_H
#define SW_NAMES_NETLINK_H

#include "names/place.h"

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>

/* Room for every answer. */
enum { SW_NETLINK_ANSWER_SIZE = 2048 };

/* What is asked for: all links, all addresses, or one link. */
struct sw_netlink_question {
    uint16_t type; /* RTM_GETLINK or RTM_GETADDR */
    uint8_t family;
    bool is_dump;
    uint32_t index; /* of the one interface that is asked for; 0 for all, and for one that does not exist */
    uint32_t sequence;
};

/* Whether `size` bytes are a question that is answered here and not by the machine's kernel. */
bool sw_netlink_read_question(const void *data, size_t size, struct sw_netlink_question *question);

/* Writes the answer for the socket with this port: a message per link or address, and the end. Its length. */
size_t sw_netlink_answer(const struct sw_place *place, const struct sw_netlink_question *question, uint32_t port,
                         unsigned char answer[static SW_NETLINK_ANSWER_SIZE]);

#endif
