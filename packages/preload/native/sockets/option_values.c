#include "sockets/option_values.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

int sw_give_int(int answer, void *value, socklen_t *length) {
    if ((int)*length < 0)
        return -EINVAL;
    socklen_t size = *length < sizeof answer ? *length : (socklen_t)sizeof answer;
    if (value == NULL && size > 0)
        return -EFAULT;
    memcpy(value, &answer, size);
    *length = size;
    return 0;
}

int sw_give_ip_int(int answer, void *value, socklen_t *length) {
    if ((int)*length > 0 && *length < sizeof answer && answer >= 0 && answer <= 255) {
        if (value == NULL)
            return -EFAULT;
        *(uint8_t *)value = (uint8_t)answer;
        *length = 1;
        return 0;
    }
    return sw_give_int(answer, value, length);
}

int sw_give_bytes(const void *answer, socklen_t size, void *value, socklen_t *length) {
    if ((int)*length < 0)
        return -EINVAL;
    if (*length < size)
        size = *length;
    if (value == NULL && size > 0)
        return -EFAULT;
    if (size > 0)
        memcpy(value, answer, size);
    *length = size;
    return 0;
}

int sw_take_int(int level, const void *value, socklen_t length, int *taken) {
    if (length >= sizeof *taken) {
        if (value == NULL && level == IPPROTO_IPV6) {
            *taken = 0;
            return 0;
        }
        if (value == NULL)
            return -EFAULT;
        memcpy(taken, value, sizeof *taken);
        return 0;
    }
    if (level == IPPROTO_IP && length == 0) {
        *taken = 0;
        return 0;
    }
    if (level == IPPROTO_IP) {
        if (value == NULL)
            return -EFAULT;
        *taken = *(const uint8_t *)value;
        return 0;
    }
    return -EINVAL;
}

int sw_take_flag(struct sw_record *record, uint32_t flag, const void *value, socklen_t length) {
    int on;
    if (length < sizeof on)
        return -EINVAL;
    if (value == NULL)
        return -EFAULT;
    memcpy(&on, value, sizeof on);
    if (on != 0)
        sw_record_set(record, flag);
    else
        sw_record_clear(record, flag);
    return 0;
}

int sw_take_unicast_interface(int level, const void *value, socklen_t length, int32_t *interface) {
    /* lo and eth0 have the indexes 1 and 2. */
    enum { INTERFACES = 2 };
    int wanted, result = sw_take_int(level, value, length, &wanted);
    if (result < 0)
        return result;
    if (length != sizeof wanted)
        return -EINVAL;
    if (ntohl((uint32_t)wanted) > INTERFACES)
        return -EADDRNOTAVAIL;
    *interface = wanted;
    return 0;
}

int sw_take_transparent(int level, const void *value, socklen_t length) {
    int wanted, result = sw_take_int(level, value, length, &wanted);
    return result < 0 ? result : wanted != 0 ? -EPERM : length == 0 ? -EINVAL : 0;
}
