#include "interpose/data.h"

#include "base/memory.h"

#include <limits.h>

int sw_message_check(const struct msghdr *message, bool sent) {
    if (!sw_is_readable(message, sizeof *message))
        return -EFAULT;
    if (message->msg_name != NULL && (int)message->msg_namelen < 0)
        return -EINVAL;
    bool has_name = message->msg_name != NULL && message->msg_namelen > 0;
    size_t name_length = message->msg_namelen < sizeof(struct sockaddr_storage) ? message->msg_namelen : sizeof(struct sockaddr_storage);
    if (sent && has_name && !sw_is_readable(message->msg_name, name_length))
        return -EFAULT;
    if ((size_t)message->msg_iovlen > IOV_MAX)
        return -EMSGSIZE;
    if (!sw_is_readable(message->msg_iov, (size_t)message->msg_iovlen * sizeof *message->msg_iov))
        return -EFAULT;
    for (size_t i = 0; i < (size_t)message->msg_iovlen; i++)
        if ((ssize_t)message->msg_iov[i].iov_len < 0)
            return -EINVAL;
    return sent && !sw_is_readable(message->msg_control, message->msg_controllen) ? -EFAULT : 0;
}
