/* group_lists.c: IP_MSFILTER and MCAST_MSFILTER of RFC 3678, the senders of a member as one list. */
#include "sockets/group_options.h"

#include "sockets/groups.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

enum {
    MOST_4 = 10,   /* net.ipv4.igmp_max_msf */
    MOST_6 = 64,   /* net.ipv6.mld_max_msf */
    OPTMEM_MAX = 131072, /* net.core.optmem_max */
    LIST_4 = IP_MSFILTER_SIZE(0),
    LIST = GROUP_FILTER_SIZE(0),
};

/* A list as either option gives it. */
struct list {
    struct sw_address group;
    unsigned index;
    uint32_t mode, count;
    struct sw_address senders[MOST_6];
};

static struct sw_address ipv4_of(const void *bytes) {
    struct sw_address address = {.family = AF_INET};
    memcpy(address.bytes, bytes, 4);
    return address;
}

/* A name that stands at any place of a program's buffer. */
static int read_address(int family, const void *at, struct sw_address *address) {
    struct sockaddr_storage copy;
    memcpy(&copy, at, sizeof copy);
    int result = sw_address_read(family, (struct sockaddr *)&copy, sizeof copy, address);
    address->port = 0;
    return result;
}

static int check_count(uint32_t count, int family, size_t fixed, size_t each, socklen_t length) {
    if (count > (family == AF_INET ? MOST_4 : MOST_6))
        return -ENOBUFS;
    return fixed + count * each > length ? -EINVAL : 0;
}

/* The head of struct ip_msfilter: the group and, by its address, the interface. */
static int read_head_4(const struct sw_socket *socket, const struct ip_msfilter *head, struct list *list) {
    list->group = ipv4_of(&head->imsf_multiaddr);
    list->mode = head->imsf_fmode;
    list->count = head->imsf_numsrc;
    struct sw_address interface = ipv4_of(&head->imsf_interface);
    return sw_group_interface(socket, &list->group, &interface, &list->index);
}

static int read_list_4(const struct sw_socket *socket, const void *value, socklen_t length, struct list *list) {
    struct ip_msfilter head = {0};
    if (length < LIST_4)
        return -EINVAL;
    memcpy(&head, value, LIST_4);
    int result = check_count(head.imsf_numsrc, AF_INET, LIST_4, sizeof(struct in_addr), length);
    if (result < 0)
        return result;
    result = read_head_4(socket, &head, list);
    for (uint32_t i = 0; i < head.imsf_numsrc; i++)
        list->senders[i] = ipv4_of((const char *)value + LIST_4 + i * sizeof(struct in_addr));
    return result;
}

static int read_list(int family, const void *value, socklen_t length, struct list *list) {
    struct group_filter head = {0};
    if (length < LIST)
        return -EINVAL;
    memcpy(&head, value, LIST);
    int result = check_count(head.gf_numsrc, family, LIST, sizeof(struct sockaddr_storage), length);
    if (result < 0)
        return result;
    list->index = head.gf_interface;
    list->mode = head.gf_fmode;
    list->count = head.gf_numsrc;
    if (read_address(family, &head.gf_group, &list->group) < 0)
        return family == AF_INET ? -EADDRNOTAVAIL : -EINVAL;
    for (uint32_t i = 0; i < list->count; i++)
        if (read_address(family, (const char *)value + LIST + i * sizeof(struct sockaddr_storage), &list->senders[i]) < 0)
            return family == AF_INET ? -EADDRNOTAVAIL : -EINVAL;
    return 0;
}

int sw_group_list_set(struct sw_socket *socket, int level, int name, const void *value, socklen_t length) {
    struct list list;
    if (length > OPTMEM_MAX)
        return -ENOBUFS;
    if (value == NULL)
        return length < (name == IP_MSFILTER ? LIST_4 : LIST) ? -EINVAL : -EFAULT;
    int family = level == IPPROTO_IP ? AF_INET : AF_INET6;
    int result = name == IP_MSFILTER ? read_list_4(socket, value, length, &list) : read_list(family, value, length, &list);
    if (result < 0)
        return result;
    if (list.mode != MCAST_INCLUDE && list.mode != MCAST_EXCLUDE)
        return -EINVAL;
    return sw_groups_replace(socket, &list.group, list.index, list.mode == MCAST_INCLUDE, list.senders, list.count);
}

static int get_list_4(const struct sw_socket *socket, void *value, socklen_t *length) {
    struct ip_msfilter head = {0};
    struct list list;
    if (*length < LIST_4)
        return -EINVAL;
    memcpy(&head, value, LIST_4);
    int result = read_head_4(socket, &head, &list);
    uint32_t room = list.count, found = MOST_6;
    bool is_chosen;
    if (result == 0)
        result = sw_groups_senders(socket, &list.group, list.index, &is_chosen, list.senders, &found);
    if (result < 0)
        return result;
    head.imsf_fmode = is_chosen ? MCAST_INCLUDE : MCAST_EXCLUDE;
    head.imsf_numsrc = found;
    uint32_t given = found < room ? found : room;
    memcpy(value, &head, LIST_4);
    for (uint32_t i = 0; i < given; i++)
        memcpy((char *)value + LIST_4 + i * sizeof(struct in_addr), list.senders[i].bytes, sizeof(struct in_addr));
    *length = (socklen_t)(LIST_4 + given * sizeof(struct in_addr));
    return 0;
}

static int get_list(const struct sw_socket *socket, int family, void *value, socklen_t *length) {
    struct group_filter head = {0};
    struct list list;
    if (*length < LIST)
        return -EINVAL;
    memcpy(&head, value, LIST);
    if (read_address(family, &head.gf_group, &list.group) < 0)
        return family == AF_INET ? -EINVAL : -EADDRNOTAVAIL;
    uint32_t room = head.gf_numsrc, found = MOST_6;
    bool is_chosen;
    int result = sw_groups_senders(socket, &list.group, head.gf_interface, &is_chosen, list.senders, &found);
    if (result < 0)
        return result;
    head.gf_fmode = is_chosen ? MCAST_INCLUDE : MCAST_EXCLUDE;
    head.gf_numsrc = found;
    uint32_t given = found < room ? found : room;
    memcpy(value, &head, LIST);
    for (uint32_t i = 0; i < given; i++) {
        struct sockaddr_storage sender = {0};
        socklen_t size = sizeof sender;
        sw_address_write(&list.senders[i], family, (struct sockaddr *)&sender, &size);
        memcpy((char *)value + LIST + i * sizeof sender, &sender, sizeof sender);
    }
    *length = (socklen_t)(LIST + given * sizeof(struct sockaddr_storage));
    return 0;
}

int sw_group_list_get(const struct sw_socket *socket, int level, int name, void *value, socklen_t *length) {
    if (value == NULL)
        return *length < (name == IP_MSFILTER ? LIST_4 : LIST) ? -EINVAL : -EFAULT;
    return name == IP_MSFILTER ? get_list_4(socket, value, length) : get_list(socket, level == IPPROTO_IP ? AF_INET : AF_INET6, value, length);
}
