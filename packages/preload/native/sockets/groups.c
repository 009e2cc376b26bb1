/* groups.c: who is in which multicast group, and whom the members hear. */
#include "sockets/groups.h"

#include "names/interfaces.h"
#include "state/promised.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

/* What an entry of the members table says. */
enum {
    FROM_ALL,    /* a member that hears all senders but those that it blocked */
    FROM_CHOSEN, /* a member that hears the senders it chose */
    SENDER,      /* one sender that the member of the same socket and group blocked or chose */
};

/* The entry at *position, which goes one on; NULL behind the last one. */
static struct sw_member *next_entry(const struct sw_network *network, unsigned *position) {
    uint32_t end = atomic_load(&network->state->header.members_end);
    return *position < end && *position < SW_MEMBER_COUNT ? &network->state->members[(*position)++] : NULL;
}

static bool is_in(const struct sw_member *entry, const struct sw_address *group) {
    return entry->family == group->family && memcmp(entry->group, group->bytes, 16) == 0;
}

static struct sw_member *find(const struct sw_network *network, uint64_t cookie, const struct sw_address *group, const struct sw_address *sender) {
    struct sw_member *entry;
    for (unsigned position = 0; (entry = next_entry(network, &position)) != NULL;) {
        if (atomic_load(&entry->cookie) != cookie || !is_in(entry, group))
            continue;
        if (sender == NULL ? entry->mode != SENDER : entry->mode == SENDER && memcmp(entry->source, sender->bytes, 16) == 0)
            return entry;
    }
    return NULL;
}

static int add(struct sw_socket *socket, const struct sw_address *group, const struct sw_address *sender, uint32_t mode, unsigned index) {
    struct sw_network *network = socket->network;
    for (unsigned i = 0; i < SW_MEMBER_COUNT; i++) {
        struct sw_member *member = &network->state->members[i];
        if (!sw_promise(network, member))
            return -ENOBUFS;
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
        uint32_t end = atomic_load(&network->state->header.members_end);
        while (end < i + 1 && !atomic_compare_exchange_weak(&network->state->header.members_end, &end, i + 1))
            ;
        return 0;
    }
    return -ENOBUFS;
}

static int join(struct sw_socket *socket, const struct sw_address *group, uint32_t mode, unsigned index) {
    if (find(socket->network, atomic_load(&socket->record->cookie), group, NULL) != NULL)
        return -EADDRINUSE;
    return add(socket, group, NULL, mode, index);
}

/* The next sender that the member of the same socket and group has blocked or chosen, from the entry *position on; NULL behind the last. */
static struct sw_member *next_sender(const struct sw_network *network, uint64_t cookie, const struct sw_address *group, unsigned *position) {
    struct sw_member *entry;
    while ((entry = next_entry(network, position)) != NULL && !(atomic_load(&entry->cookie) == cookie && entry->mode == SENDER && is_in(entry, group)))
        ;
    return entry;
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

static int check_group(const struct sw_address *group, unsigned index) {
    if (!sw_address_is_multicast(group))
        return -EINVAL;
    return index > SW_INTERFACE_COUNT ? -ENODEV : 0;
}

int sw_groups_join(struct sw_socket *socket, const struct sw_address *group, unsigned index) {
    int result = check_group(group, index);
    return result < 0 ? result : join(socket, group, FROM_ALL, index);
}

int sw_groups_leave(struct sw_socket *socket, const struct sw_address *group, unsigned index) {
    int result = check_group(group, index);
    return result < 0 ? result : leave(socket, group);
}

int sw_groups_change_sender(struct sw_socket *socket, int name, const struct sw_address *group, const struct sw_address *sender, unsigned index) {
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

/* ip_mc_sf_allow() of the kernel. */
static bool hears(struct sw_network *network, const struct sw_member *member, const struct sw_address *group, const struct sw_address *sender) {
    bool named = member->senders > 0 && find(network, atomic_load(&member->cookie), group, sender) != NULL;
    return named == (member->mode == FROM_CHOSEN);
}

void sw_groups_each(struct sw_network *network, const struct sw_address *group, const struct sw_address *sender,
                    void (*visit)(struct sw_record *member, void *context), void *context) {
    const struct sw_member *member;
    for (unsigned position = 0; (member = next_entry(network, &position)) != NULL;) {
        uint64_t cookie = atomic_load(&member->cookie);
        if (cookie <= SW_COOKIE_DELETED || member->mode == SENDER || !is_in(member, group))
            continue;
        struct sw_record *record = sw_record_at(network, member->slot);
        if (record != NULL && atomic_load(&record->cookie) == cookie && record->name_port == group->port &&
            hears(network, member, group, sender))
            visit(record, context);
    }
}

void sw_groups_leave_all(struct sw_network *network, struct sw_record *record) {
    if (!sw_record_has(record, SW_MEMBER))
        return;
    uint64_t cookie = atomic_load(&record->cookie);
    struct sw_member *entry;
    for (unsigned position = 0; (entry = next_entry(network, &position)) != NULL;) {
        uint64_t found = cookie;
        atomic_compare_exchange_strong(&entry->cookie, &found, SW_COOKIE_FREE);
    }
}

void sw_groups_hand_over(struct sw_network *network, const struct sw_record *from, struct sw_record *to) {
    if (!sw_record_has(from, SW_MEMBER))
        return;
    uint64_t cookie = atomic_load(&from->cookie);
    struct sw_member *entry;
    for (unsigned position = 0; (entry = next_entry(network, &position)) != NULL;) {
        if (atomic_load(&entry->cookie) != cookie)
            continue;
        entry->slot = sw_record_slot(network, to);
        atomic_store(&entry->cookie, atomic_load(&to->cookie));
    }
    sw_record_set(to, SW_MEMBER);
}

bool sw_groups_next(struct sw_network *network, unsigned *position, struct sw_membership *membership) {
    const struct sw_member *member;
    while ((member = next_entry(network, position)) != NULL) {
        uint64_t cookie = atomic_load(&member->cookie);
        struct sw_address group = {.family = (uint16_t)member->family};
        memcpy(group.bytes, member->group, sizeof group.bytes);
        const struct sw_record *record = cookie <= SW_COOKIE_DELETED ? NULL : sw_record_at(network, member->slot);
        if (record == NULL || atomic_load(&record->cookie) != cookie || member->mode == SENDER || !sw_address_is_multicast(&group))
            continue;
        *membership = (struct sw_membership){.member = record, .group = group, .interface_index = member->interface_index};
        return true;
    }
    return false;
}
