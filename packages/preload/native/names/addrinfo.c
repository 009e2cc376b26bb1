#include "names/addrinfo.h"

#include "names/destination_order.h"
#include "names/lookup.h"
#include "names/numeric.h"
#include "names/protocols.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* AI_IDN, AI_CANONIDN and two that are history. They change nothing for names in ASCII, and others are compared byte by byte. */
enum { IDN_FLAGS = 0x40 | 0x80 | 0x100 | 0x200 };
enum {
    KNOWN_FLAGS = AI_PASSIVE | AI_CANONNAME | AI_NUMERICHOST | AI_V4MAPPED | AI_ALL | AI_ADDRCONFIG | AI_NUMERICSERV | IDN_FLAGS
};

/* One allocation per entry. The gap before the address is what tells our entries from libc's, which have none. */
struct entry {
    struct addrinfo info;
    uint64_t gap;
    union {
        struct sockaddr any;
        struct sockaddr_in ipv4;
        struct sockaddr_in6 ipv6;
    } address;
};

struct question {
    const struct sw_place *place;
    const char *node;
    const struct addrinfo *hints;
};

/* Addresses and the canonical name that go into the list. */
struct answer {
    struct sw_ip addresses[SW_HOST_ADDRESSES_MAX];
    unsigned count;
    char canonical_name[SW_HOST_NAME_SIZE];
};

static bool wants(const struct question *question, int family) {
    return question->hints->ai_family == AF_UNSPEC || question->hints->ai_family == family;
}

static void add(struct answer *answer, struct sw_ip ip) {
    if (answer->count < SW_HOST_ADDRESSES_MAX)
        answer->addresses[answer->count++] = ip;
}

/* No node: the wildcard to bind(2) to, or the loopback to connect(2) to. */
static void answer_without_node(const struct question *question, struct answer *answer) {
    static const int FAMILIES[] = {AF_INET6, AF_INET};
    bool passive = (question->hints->ai_flags & AI_PASSIVE) != 0;
    for (int i = 0; i < 2; i++)
        if (wants(question, FAMILIES[i]))
            add(answer, passive ? (struct sw_ip){.family = (sa_family_t)FAMILIES[i]}
                                : sw_place_localhost(question->place, FAMILIES[i]));
}

static int answer_number(const struct question *question, struct sw_ip ip, struct answer *answer) {
    if (!wants(question, ip.family)) {
        if (ip.family == AF_INET && (question->hints->ai_flags & AI_V4MAPPED) != 0)
            ip = sw_ip_mapped(&ip);
        else if (sw_ip_is_v4_mapped(&ip))
            ip = sw_ip_unmapped(&ip);
        else
            return EAI_ADDRFAMILY;
    }
    add(answer, ip);
    return 0;
}

static int answer_name(const struct question *question, struct answer *answer) {
    struct sw_host host;
    if (!sw_lookup_name(question->place, question->node, &host))
        return EAI_NONAME;
    strcpy(answer->canonical_name, sw_host_canonical_name(&host));

    for (unsigned i = 0; i < host.address_count; i++)
        if (wants(question, host.addresses[i].family))
            add(answer, host.addresses[i]);
    bool map = question->hints->ai_family == AF_INET6 && (question->hints->ai_flags & AI_V4MAPPED) != 0;
    if (map && (answer->count == 0 || (question->hints->ai_flags & AI_ALL) != 0))
        for (unsigned i = 0; i < host.address_count; i++)
            if (host.addresses[i].family == AF_INET)
                add(answer, sw_ip_mapped(&host.addresses[i]));
    return answer->count > 0 ? 0 : EAI_NODATA;
}

static int answer_question(const struct question *question, struct answer *answer) {
    if (question->node == NULL) {
        answer_without_node(question, answer);
        return 0;
    }
    struct sw_ip ip;
    enum sw_numeric numeric = sw_numeric_parse(question->node, &ip);
    if (numeric == SW_NOT_NUMERIC)
        return (question->hints->ai_flags & AI_NUMERICHOST) != 0 ? EAI_NONAME : answer_name(question, answer);

    int result = answer_number(question, ip, answer);
    return result == 0 && numeric == SW_BAD_SCOPE ? EAI_NONAME : result;
}

static struct addrinfo *make_entry(const struct sw_ip *ip, const struct sw_socket_kind *kind, int flags) {
    struct entry *entry = calloc(1, sizeof *entry);
    if (entry == NULL)
        return NULL;
    entry->info = (struct addrinfo){
        .ai_flags = flags,
        .ai_family = ip->family,
        .ai_socktype = kind->type,
        .ai_protocol = kind->protocol,
        .ai_addr = &entry->address.any,
        .ai_addrlen = ip->family == AF_INET ? sizeof entry->address.ipv4 : sizeof entry->address.ipv6,
    };
    if (ip->family == AF_INET) {
        entry->address.ipv4.sin_family = AF_INET;
        entry->address.ipv4.sin_port = htons((uint16_t)kind->port);
        memcpy(&entry->address.ipv4.sin_addr, ip->bytes, SW_IPV4_SIZE);
    } else {
        entry->address.ipv6.sin6_family = AF_INET6;
        entry->address.ipv6.sin6_port = htons((uint16_t)kind->port);
        entry->address.ipv6.sin6_scope_id = ip->scope;
        memcpy(&entry->address.ipv6.sin6_addr, ip->bytes, SW_IPV6_SIZE);
    }
    return &entry->info;
}

static int make_list(const struct question *question, const struct answer *answer, const struct sw_socket_kind *kinds,
                     unsigned kind_count, struct addrinfo **list) {
    struct addrinfo *head = NULL;
    struct addrinfo **end = &head;
    for (unsigned i = 0; i < answer->count * kind_count; i++) {
        *end = make_entry(&answer->addresses[i / kind_count], &kinds[i % kind_count], question->hints->ai_flags);
        if (*end == NULL)
            goto fail;
        end = &(*end)->ai_next;
    }
    if ((question->hints->ai_flags & AI_CANONNAME) != 0) {
        /* A number is its own name. */
        head->ai_canonname = strdup(answer->canonical_name[0] != '\0' ? answer->canonical_name : question->node);
        if (head->ai_canonname == NULL)
            goto fail;
    }
    *list = head;
    return 0;

fail:
    sw_free_own_addrinfo(head);
    return EAI_MEMORY;
}

/* "*" is a way to write none. */
static const char *given(const char *text) {
    return text != NULL && strcmp(text, "*") == 0 ? NULL : text;
}

int sw_getaddrinfo(const struct sw_place *place, const char *node, const char *service, const struct addrinfo *hints,
                   struct addrinfo **list) {
    static const struct addrinfo NO_HINTS = {.ai_flags = AI_V4MAPPED | AI_ADDRCONFIG};
    node = given(node);
    service = given(service);
    if (hints == NULL)
        hints = &NO_HINTS;
    if (node == NULL && service == NULL)
        return EAI_NONAME;
    if ((hints->ai_flags & ~KNOWN_FLAGS) != 0 || ((hints->ai_flags & AI_CANONNAME) != 0 && node == NULL))
        return EAI_BADFLAGS;
    if (hints->ai_family != AF_UNSPEC && hints->ai_family != AF_INET && hints->ai_family != AF_INET6)
        return EAI_FAMILY;
    if (service != NULL && *service == '\0')
        service = NULL;
    if (service != NULL && (hints->ai_flags & AI_NUMERICSERV) != 0 && !sw_is_port_number(service))
        return EAI_NONAME;

    struct sw_socket_kind kinds[SW_SOCKET_KINDS_MAX];
    unsigned kind_count;
    int result = sw_socket_kinds(service, hints, kinds, &kind_count);
    if (result != 0)
        return result;

    struct question question = {place, node, hints};
    struct answer answer = {.count = 0};
    result = answer_question(&question, &answer);
    if (result != 0)
        return result;
    sw_sort_destinations(place, answer.addresses, answer.count);
    return make_list(&question, &answer, kinds, kind_count, list);
}

struct addrinfo *sw_free_own_addrinfo(struct addrinfo *list) {
    while (list != NULL && (char *)list->ai_addr - (char *)list == offsetof(struct entry, address)) {
        struct addrinfo *next = list->ai_next;
        free(list->ai_canonname);
        free(list);
        list = next;
    }
    return list;
}
