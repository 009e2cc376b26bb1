#include "base/parts.h"

#include <string.h>

size_t sw_parts_length(const struct msghdr *message) {
    size_t length = 0;
    for (size_t i = 0; i < (size_t)message->msg_iovlen; i++)
        length += message->msg_iov[i].iov_len;
    return length;
}

size_t sw_parts_gather(const struct msghdr *message, void *data, size_t size) {
    size_t done = 0;
    for (size_t i = 0; i < (size_t)message->msg_iovlen && done < size; i++) {
        size_t part = size - done < message->msg_iov[i].iov_len ? size - done : message->msg_iov[i].iov_len;
        memcpy((char *)data + done, message->msg_iov[i].iov_base, part);
        done += part;
    }
    return done;
}

size_t sw_parts_scatter(const struct msghdr *message, const void *data, size_t length) {
    size_t done = 0;
    for (size_t i = 0; i < (size_t)message->msg_iovlen && done < length; i++) {
        size_t part = length - done < message->msg_iov[i].iov_len ? length - done : message->msg_iov[i].iov_len;
        memcpy(message->msg_iov[i].iov_base, (const char *)data + done, part);
        done += part;
    }
    return done;
}

size_t sw_parts_window(const struct msghdr *message, size_t offset, size_t length, struct iovec *parts, size_t most, size_t *count) {
    size_t index = 0, size = 0;
    *count = 0;
    for (; index < (size_t)message->msg_iovlen && offset >= message->msg_iov[index].iov_len; index++)
        offset -= message->msg_iov[index].iov_len;
    for (; index < (size_t)message->msg_iovlen && *count < most && size < length; index++, offset = 0) {
        size_t left = message->msg_iov[index].iov_len - offset, part = left < length - size ? left : length - size;
        parts[(*count)++] = (struct iovec){(char *)message->msg_iov[index].iov_base + offset, part};
        size += part;
    }
    return size;
}
