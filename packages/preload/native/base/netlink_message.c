#include "base/netlink_message.h"

#include <string.h>

/* Every message and attribute starts at a multiple of four. */
static void append(struct sw_netlink_writer *writer, const void *data, size_t size) {
    unsigned char *place = sw_growing_take(writer->bytes, NLMSG_ALIGN(size));
    if (place == NULL)
        return;
    memcpy(place, data, size);
    uint32_t length = (uint32_t)(writer->bytes->length - writer->message);
    memcpy(writer->bytes->bytes + writer->message, &length, sizeof length);
}

void sw_netlink_begin(struct sw_netlink_writer *writer, uint16_t type, const void *body, size_t size) {
    struct nlmsghdr header = {.nlmsg_type = type, .nlmsg_flags = writer->flags, .nlmsg_seq = writer->sequence, .nlmsg_pid = writer->port};
    writer->message = writer->bytes->length;
    append(writer, &header, sizeof header);
    append(writer, body, size);
}

void sw_netlink_attribute(struct sw_netlink_writer *writer, uint16_t type, const void *data, size_t size) {
    enum { MOST = 1024 };
    unsigned char bytes[sizeof(struct nlattr) + MOST];
    struct nlattr header = {.nla_len = (uint16_t)(sizeof header + size), .nla_type = type};
    if (size > MOST)
        return;
    memcpy(bytes, &header, sizeof header);
    memcpy(bytes + sizeof header, data, size);
    append(writer, bytes, sizeof header + size);
}

void sw_netlink_done(struct sw_netlink_writer *writer) {
    int no_error = 0;
    sw_netlink_begin(writer, NLMSG_DONE, &no_error, sizeof no_error);
}

void sw_netlink_failed(struct sw_netlink_writer *writer, int error, const struct nlmsghdr *request) {
    struct nlmsgerr failure = {.error = error, .msg = *request};
    writer->flags = 0;
    sw_netlink_begin(writer, NLMSG_ERROR, &failure, sizeof failure);
}

const void *sw_netlink_next(const unsigned char *request, size_t size, size_t *position, uint16_t *type, size_t *length) {
    struct nlattr header;
    if (*position > size || size - *position < sizeof header)
        return NULL;
    memcpy(&header, request + *position, sizeof header);
    if (header.nla_len < sizeof header || header.nla_len > size - *position)
        return NULL;
    const unsigned char *data = request + *position + sizeof header;
    *type = header.nla_type & NLA_TYPE_MASK;
    *length = header.nla_len - sizeof header;
    *position += NLMSG_ALIGN((size_t)header.nla_len);
    return data;
}
