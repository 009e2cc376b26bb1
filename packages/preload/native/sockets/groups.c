#include "sockets/groups.h"

#include "sockets/options.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

enum { LOOPBACK_INDEX = 1, ETHERNET_INDEX = 2 };

/* The interface that has `address`: 1 lo, 2 eth0, 0 none of this host's. */
static unsigned index_of_ipv4(const struct sw_socket *socket, const uint8_t bytes[4]) {
    struct sw_address address = {.family = AF_INET};
    memcpy(address.bytes, bytes, 4);
    struct sw_site site = sw_address_site(socket->network, socket->record->interface, &address);
    if (site.scope == SW_SCOPE_LOOPBACK)
        return LOOPBACK_INDEX;
    return site.scope == SW_SCOPE_HOST ? ETHERNET_INDEX : 0;
}

/* What an entry of the members table says. */
enum {
    FROM_ALL,    /* a member that hears all senders but those that it blocked */
    FROM_CHOSEN, /* a member that hears the senders it chose */
    SENDER,      /* one sender that the member of the same socket and group blocked or chose */
};

static struct sw_member *find(struct sw_network *network, uint64_t cookie, const struct sw_address *group, const struct sw_address *sender) {
    uint32_t count = atomic_load(&network->state->header.groups);
    for (unsigned i = 0; i < count && i < SW_MEMBER_COUNT; i++) {
        struct sw_member *member = &network->state->members[i];
        if (atomic_load(&member->cookie) != cookie || member->family != group->family || memcmp(member->group, group->bytes, 16) != 0)
            continue;
        if (sender == NULL ? member->mode != SENDER : member->mode == SENDER && memcmp(member->source, sender->bytes, 16) == 0)
            return member;
    }
    return NULL;
}

static int add(struct sw_socket *socket, const struct sw_address *group, const struct sw_address *sender, uint32_t mode, unsigned index) {
    struct sw_network *network = socket->network;
    for (unsigned i = 0; i < SW_MEMBER_COUNT; i++) {
        struct sw_member *member = &network->state->members[i];
        uint64_t found = atomic_load(&member->cookie);
        if (found > SW_COOKIE_DELETED && sw_record_find(network, found) != NULL)
            continue;
        if (!atomic_compare_exchange_strong(&member->cookie, &found, SW_COOKIE_DELETED))
            continue;
        member->slot = sw_record_slot(network, socket->record);
        member->family = group->family;
        memcpy(member->group, group->bytes, 16);
        memset(member->source, 0, 16);
        if (sender != NULL)
            memcpy(member->source, sender->bytes, 16);
        member->mode = mode;
        member->senders = 0;
        member->interface_index = index;
        atomic_store(&member->cookie, atomic_load(&socket->record->cookie));
        sw_record_set(socket->record, SW_MEMBER);
        /* `groups` bounds every later walk. */
        uint32_t high = atomic_load(&network->state->header.groups);
        while (high < i + 1 && !atomic_compare_exchange_weak(&network->state->header.groups, &high, i + 1))
            ;
        return 0;
    }
    return -ENOBUFS;
}

static int join(struct sw_socket *socket, const struct sw_address *group, uint32_t mode, unsigned index) {
    if (find(socket->network, atomic_load(&socket->record->cookie), group, NULL) != NULL)
        return -EADDRINUSE;
    atomic_fetch_add(&socket->network->state->header.groups, 1);
    return add(socket, group, NULL, mode, index);
}

/* The next sender that the member of the same socket and group has blocked or chosen, from the entry *position on; NULL behind the last. */
static struct sw_member *next_sender(const struct sw_network *network, uint64_t cookie, const struct sw_address *group, unsigned *position) {
    uint32_t count = atomic_load(&network->state->header.groups);
    while (*position < count && *position < SW_MEMBER_COUNT) {
        struct sw_member *sender = &network->state->members[(*position)++];
        if (atomic_load(&sender->cookie) == cookie && sender->mode == SENDER && sender->family == group->family &&
            memcmp(sender->group, group->bytes, 16) == 0)
            return sender;
    }
    return NULL;
}

static void forget_senders(const struct sw_network *network, uint64_t cookie, const struct sw_address *group) {
    struct sw_member *sender;
    unsigned position = 0;
    while ((sender = next_sender(network, cookie, group, &position)) != NULL)
        atomic_store(&sender->cookie, SW_COOKIE_FREE);
}

static int leave(struct sw_socket *socket, const struct sw_address *group) {
    struct sw_network *network = socket->network;
    uint64_t cookie = atomic_load(&socket->record->cookie);
    struct sw_member *member = find(network, cookie, group, NULL);
    if (member == NULL)
        return -EADDRNOTAVAIL;
    atomic_store(&member->cookie, SW_COOKIE_FREE);
    forget_senders(network, cookie, group);
    return 0;
}

/* ip_mc_source() of the kernel: `mode` says whether `sender` is one that is chosen or blocked, `adds` whether it becomes one. */
static int change_sender(struct sw_socket *socket, const struct sw_address *group, const struct sw_address *sender, uint32_t mode, bool adds) {
    struct sw_network *network = socket->network;
    uint64_t cookie = atomic_load(&socket->record->cookie);
    struct sw_member *member = find(network, cookie, group, NULL);
    if (member == NULL || (member->senders > 0 && member->mode != mode))
        return -EINVAL;
    member->mode = mode;
    struct sw_member *found = find(network, cookie, group, sender);
    if (adds == (found != NULL))
        return -EADDRNOTAVAIL;
    if (adds) {
        int result = add(socket, group, sender, SENDER, member->interface_index);
        member->senders += result == 0;
        return result;
    }
    if (member->senders == 1 && mode == FROM_CHOSEN)
        return leave(socket, group);
    atomic_store(&found->cookie, SW_COOKIE_FREE);
    member->senders--;
    return 0;
}

static bool is_multicast(const struct sw_address *address) {
    return address->family == AF_INET ? address->bytes[0] >> 4 == 0xe : address->bytes[0] == 0xff;
}

static int check_group(const struct sw_address *group, unsigned index) {
    if (!is_multicast(group))
        return -EINVAL;
    return index > ETHERNET_INDEX ? -ENODEV : 0;
}

static int change(struct sw_socket *socket, bool joins, const struct sw_address *group, unsigned index) {
    int result = check_group(group, index);
    if (result < 0)
        return result;
    return joins ? join(socket, group, FROM_ALL, index) : leave(socket, group);
}

/* The four options of RFC 3678 with a sender, by the names that both families know. */
static int change_source(struct sw_socket *socket, int name, const struct sw_address *group, const struct sw_address *sender, unsigned index) {
    int result = check_group(group, index);
    if (result < 0)
        return result;
    if (name == MCAST_JOIN_SOURCE_GROUP) {
        result = join(socket, group, FROM_CHOSEN, index);
        if (result < 0 && result != -EADDRINUSE)
            return result;
    }
    bool chooses = name == MCAST_JOIN_SOURCE_GROUP || name == MCAST_LEAVE_SOURCE_GROUP;
    bool adds = name == MCAST_JOIN_SOURCE_GROUP || name == MCAST_BLOCK_SOURCE;
    return change_sender(socket, group, sender, chooses ? FROM_CHOSEN : FROM_ALL, adds);
}

int sw_groups_interface(const struct sw_socket *socket, const struct sw_address *group, const struct sw_address *address, unsigned *index) {
    *index = sw_address_is_wildcard(address) ? 0 : index_of_ipv4(socket, address->bytes);
    return *index != 0 || sw_address_is_wildcard(address) ? 0 : is_multicast(group) ? -ENODEV : -EINVAL;
}

/* ip_mc_msfilter() of the kernel. */
int sw_groups_replace(struct sw_socket *socket, const struct sw_address *group, unsigned index, bool are_chosen, const struct sw_address *senders, uint32_t count) {
    int result = check_group(group, index);
    if (result < 0)
        return result;
    if (are_chosen && count == 0)
        return leave(socket, group);
    uint64_t cookie = atomic_load(&socket->record->cookie);
    struct sw_member *member = find(socket->network, cookie, group, NULL);
    if (member == NULL)
        return -EINVAL;
    forget_senders(socket->network, cookie, group);
    member->mode = are_chosen ? FROM_CHOSEN : FROM_ALL;
    member->senders = 0;
    for (uint32_t i = 0; i < count && result == 0; i++) {
        result = add(socket, group, &senders[i], SENDER, member->interface_index);
        member->senders += result == 0;
    }
    return result;
}

int sw_groups_senders(const struct sw_socket *socket, const struct sw_address *group, unsigned index, bool *are_chosen, struct sw_address *senders, uint32_t *count) {
    int result = check_group(group, index);
    if (result < 0)
        return result;
    uint64_t cookie = atomic_load(&socket->record->cookie);
    const struct sw_member *member = find(socket->network, cookie, group, NULL), *sender;
    if (member == NULL)
        return -EADDRNOTAVAIL;
    *are_chosen = member->mode == FROM_CHOSEN;
    uint32_t room = *count;
    unsigned position = 0;
    *count = 0;
    while (*count < room && (sender = next_sender(socket->network, cookie, group, &position)) != NULL) {
        senders[*count] = (struct sw_address){.family = group->family};
        memcpy(senders[(*count)++].bytes, sender->source, 16);
    }
    return 0;
}

static int set_interface4(struct sw_socket *socket, const void *value, socklen_t length) {
    struct sw_options *options = sw_options_of(socket->record);
    struct ip_mreqn request = {0};
    if (socket->record->type == SOCK_STREAM || length < sizeof(struct in_addr))
        return -EINVAL;
    if (length >= sizeof request)
        memcpy(&request, value, sizeof request);
    else if (length >= sizeof(struct ip_mreq))
        memcpy(&request, value, sizeof(struct ip_mreq));
    else
        memcpy(&request.imr_address, value, sizeof request.imr_address);

    unsigned index = (unsigned)request.imr_ifindex;
    if (index == 0 && request.imr_address.s_addr != INADDR_ANY) {
        index = index_of_ipv4(socket, (const uint8_t *)&request.imr_address);
        if (index == 0)
            return -EADDRNOTAVAIL;
    }
    if (index > ETHERNET_INDEX)
        return -EADDRNOTAVAIL;
    options->multicast_if4_index = (int32_t)index;
    memcpy(options->multicast_if4, &request.imr_address, 4);
    return 0;
}

static int set_ipv4(struct sw_socket *socket, int name, const void *value, socklen_t length) {
    struct sw_address group = {.family = AF_INET}, source = {.family = AF_INET};
    unsigned index = 0;
    switch (name) {
    case IP_MULTICAST_IF:
        return set_interface4(socket, value, length);
    case IP_ADD_MEMBERSHIP:
    case IP_DROP_MEMBERSHIP: {
        struct ip_mreqn request = {0};
        if (length < sizeof(struct ip_mreq))
            return -EINVAL;
        memcpy(&request, value, length < sizeof request ? sizeof(struct ip_mreq) : sizeof request);
        memcpy(group.bytes, &request.imr_multiaddr, 4);
        index = (unsigned)request.imr_ifindex;
        if (index == 0 && request.imr_address.s_addr != INADDR_ANY && (index = index_of_ipv4(socket, (const uint8_t *)&request.imr_address)) == 0)
            return is_multicast(&group) ? -ENODEV : -EINVAL;
        return change(socket, name == IP_ADD_MEMBERSHIP, &group, index);
    }
    case IP_ADD_SOURCE_MEMBERSHIP:
    case IP_DROP_SOURCE_MEMBERSHIP:
    case IP_BLOCK_SOURCE:
    case IP_UNBLOCK_SOURCE: {
        struct ip_mreq_source request;
        if (length != sizeof request)
            return -EINVAL;
        memcpy(&request, value, sizeof request);
        memcpy(group.bytes, &request.imr_multiaddr, 4);
        memcpy(source.bytes, &request.imr_sourceaddr, 4);
        int same = name == IP_ADD_SOURCE_MEMBERSHIP    ? MCAST_JOIN_SOURCE_GROUP
                   : name == IP_DROP_SOURCE_MEMBERSHIP ? MCAST_LEAVE_SOURCE_GROUP
                   : name == IP_BLOCK_SOURCE           ? MCAST_BLOCK_SOURCE
                                                       : MCAST_UNBLOCK_SOURCE;
        return change_source(socket, same, &group, &source, 0);
    }
    default:
        return -ENOPROTOOPT;
    }
}

static int set_ipv6(struct sw_socket *socket, int name, const void *value, socklen_t length) {
    struct sw_address group = {.family = AF_INET6};
    if (name == IPV6_MULTICAST_IF) {
        int index;
        if (length < sizeof index)
            return -EINVAL;
        memcpy(&index, value, sizeof index);
        if (socket->record->type == SOCK_STREAM)
            return -ENOPROTOOPT;
        if (index < 0 || index > ETHERNET_INDEX)
            return -ENODEV;
        sw_options_of(socket->record)->multicast_if6 = index;
        return 0;
    }
    if (name != IPV6_ADD_MEMBERSHIP && name != IPV6_DROP_MEMBERSHIP)
        return -ENOPROTOOPT;
    struct ipv6_mreq request;
    if (length < sizeof request)
        return -EINVAL;
    memcpy(&request, value, sizeof request);
    memcpy(group.bytes, &request.ipv6mr_multiaddr, 16);
    return change(socket, name == IPV6_ADD_MEMBERSHIP, &group, request.ipv6mr_interface);
}

/* RFC 3678: struct group_req and struct group_source_req, for both families. */
static int set_protocol_independent(struct sw_socket *socket, int level, int name, const void *value, socklen_t length) {
    int family = level == IPPROTO_IP ? AF_INET : AF_INET6;
    bool with_source = name != MCAST_JOIN_GROUP && name != MCAST_LEAVE_GROUP;
    struct group_source_req request = {0};
    if (length < (with_source ? sizeof request : sizeof(struct group_req)))
        return -EINVAL;
    memcpy(&request, value, with_source ? sizeof request : sizeof(struct group_req));
    struct sw_address group, source;
    if (sw_address_read(family, (struct sockaddr *)&request.gsr_group, sizeof request.gsr_group, &group) < 0)
        return family == AF_INET ? -EINVAL : -EADDRNOTAVAIL;
    if (with_source && sw_address_read(family, (struct sockaddr *)&request.gsr_source, sizeof request.gsr_source, &source) < 0)
        return -EINVAL;
    group.port = 0;
    if (with_source)
        return change_source(socket, name, &group, &source, request.gsr_interface);
    return change(socket, name == MCAST_JOIN_GROUP, &group, request.gsr_interface);
}

int sw_groups_setsockopt(struct sw_socket *socket, int level, int name, const void *value, socklen_t length) {
    if (value == NULL)
        return -EFAULT;
    if (name >= MCAST_JOIN_GROUP && name <= MCAST_LEAVE_SOURCE_GROUP)
        return set_protocol_independent(socket, level, name, value, length);
    return level == IPPROTO_IP ? set_ipv4(socket, name, value, length) : set_ipv6(socket, name, value, length);
}

bool sw_options_is_member(const struct sw_network *network, const struct sw_record *record, const struct sw_address *group) {
    uint64_t cookie = atomic_load(&record->cookie);
    uint32_t count = atomic_load(&network->state->header.groups);
    for (unsigned i = 0; i < count && i < SW_MEMBER_COUNT; i++) {
        const struct sw_member *member = &network->state->members[i];
        if (atomic_load(&member->cookie) == cookie && member->family == group->family && memcmp(member->group, group->bytes, 16) == 0)
            return true;
    }
    return false;
}

/* ip_mc_sf_allow() of the kernel. */
static bool hears(struct sw_network *network, const struct sw_member *member, const struct sw_address *group, const struct sw_address *sender) {
    bool named = member->senders > 0 && find(network, atomic_load(&member->cookie), group, sender) != NULL;
    return named == (member->mode == FROM_CHOSEN);
}

void sw_groups_each(struct sw_network *network, const struct sw_address *group, const struct sw_address *sender,
                    void (*visit)(struct sw_record *member, void *context), void *context) {
    uint32_t count = atomic_load(&network->state->header.groups);
    for (unsigned i = 0; i < count && i < SW_MEMBER_COUNT; i++) {
        struct sw_member *member = &network->state->members[i];
        uint64_t cookie = atomic_load(&member->cookie);
        if (cookie <= SW_COOKIE_DELETED || member->mode == SENDER || member->family != group->family ||
            memcmp(member->group, group->bytes, 16) != 0)
            continue;
        struct sw_record *record = sw_record_at(network, member->slot);
        if (record != NULL && atomic_load(&record->cookie) == cookie && record->name_port == group->port &&
            hears(network, member, group, sender))
            visit(record, context);
    }
}

void sw_options_leave_groups(struct sw_network *network, struct sw_record *record) {
    if (!sw_record_has(record, SW_MEMBER))
        return;
    uint64_t cookie = atomic_load(&record->cookie);
    uint32_t count = atomic_load(&network->state->header.groups);
    for (unsigned i = 0; i < count && i < SW_MEMBER_COUNT; i++) {
        uint64_t found = cookie;
        atomic_compare_exchange_strong(&network->state->members[i].cookie, &found, SW_COOKIE_FREE);
    }
}

bool sw_groups_next(struct sw_network *network, unsigned *position, struct sw_membership *membership) {
    uint32_t count = atomic_load(&network->state->header.groups);
    while (*position < count && *position < SW_MEMBER_COUNT) {
        const struct sw_member *member = &network->state->members[(*position)++];
        uint64_t cookie = atomic_load(&member->cookie);
        struct sw_address group = {.family = (uint16_t)member->family};
        memcpy(group.bytes, member->group, sizeof group.bytes);
        const struct sw_record *record = cookie <= SW_COOKIE_DELETED ? NULL : sw_record_at(network, member->slot);
        if (record == NULL || atomic_load(&record->cookie) != cookie || member->mode == SENDER || !is_multicast(&group))
            continue;
        *membership = (struct sw_membership){.member = record, .group = group, .interface_index = member->interface_index};
        return true;
    }
    return false;
}
