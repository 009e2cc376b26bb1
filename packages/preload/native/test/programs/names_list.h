/* names_list.h: prints what getaddrinfo(3) and its kin answer. */
#ifndef NAMES_LIST_H
#define NAMES_LIST_H

#include "harness.h"

#include <netdb.h>

static const char *outcome_name(int result) {
    switch (result) {
    case 0: return "0";
    case EAI_NONAME: return "EAI_NONAME";
    case EAI_BADFLAGS: return "EAI_BADFLAGS";
    case EAI_FAMILY: return "EAI_FAMILY";
    case EAI_SOCKTYPE: return "EAI_SOCKTYPE";
    case EAI_SERVICE: return "EAI_SERVICE";
    case EAI_ADDRFAMILY: return "EAI_ADDRFAMILY";
    case EAI_NODATA: return "EAI_NODATA";
    case EAI_OVERFLOW: return "EAI_OVERFLOW";
    case EAI_AGAIN: return "EAI_AGAIN";
    case EAI_FAIL: return "EAI_FAIL";
    case EAI_SYSTEM: return "EAI_SYSTEM";
    default: return "another error";
    }
}

static inline const char *quoted(const char *text) {
    return text == NULL ? "NULL" : text;
}

/* One line for the question, one for each entry of the answer, scope ID and canonical name included. */
static inline void list(const char *node, const char *service, const struct addrinfo *hints) {
    struct addrinfo *found = NULL;
    errno = 0;
    int result = getaddrinfo(node, service, hints, &found);
    if (hints == NULL)
        say("%s %s without hints: %s", quoted(node), quoted(service), outcome_name(result));
    else
        say("%s %s, flags 0x%x, family %d, type %d, protocol %d: %s", quoted(node), quoted(service), hints->ai_flags,
            hints->ai_family, hints->ai_socktype, hints->ai_protocol, outcome_name(result));
    if (result != 0)
        return;
    for (const struct addrinfo *entry = found; entry != NULL; entry = entry->ai_next) {
        unsigned scope = entry->ai_family == AF_INET6 ? ((struct sockaddr_in6 *)entry->ai_addr)->sin6_scope_id : 0;
        say("    %s, scope %u, flags 0x%x, family %d, type %d, protocol %d, length %d, called %s",
            address_text(entry->ai_addr, entry->ai_addrlen), scope, entry->ai_flags, entry->ai_family, entry->ai_socktype,
            entry->ai_protocol, (int)entry->ai_addrlen, quoted(entry->ai_canonname));
    }
    freeaddrinfo(found);
}

#endif
