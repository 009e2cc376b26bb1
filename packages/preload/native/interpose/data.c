#include "interpose/data.h"

#include "base/memory.h"

#include <limits.h>

int sw_message_check(const struct msghdr *message, bool sent) {
    if (sw_is_nowhere(message))
        return -EFAULT;
    if (message->msg_name != NULL && (int)message->msg_namelen < 0)
        return -EINVAL;
    bool has_name = message->msg_name != NULL && message->msg_namelen > 0;
    if (sent && ((has_name && sw_is_nowhere(message->msg_name)) || (message->msg_controllen > 0 && sw_is_nowhere(message->msg_control))))
        return -EFAULT;
    if ((size_t)message->msg_iovlen > IOV_MAX)
        return -EMSGSIZE;
    if ((size_t)message->msg_iovlen > 0 && sw_is_nowhere(message->msg_iov))
        return -EFAULT;
    for (size_t i = 0; i < (size_t)message->msg_iovlen; i++)
        if ((ssize_t)message->msg_iov[i].iov_len < 0)
            return -EINVAL;
    return 0;
}
