#include "names/protocols.h"

#include "names/services.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { TYPE_DCCP = 6 }; /* SOCK_DCCP, which musl does not name without _GNU_SOURCE */

/* The protocols that glibc knows, in its order. */
static const struct protocol {
    int type;
    int number;
    bool any_number; /* raw sockets take every protocol and have no ports with names */
    bool by_default; /* listed when the hints ask for no kind */
    const char *name;
} PROTOCOLS[] = {
    {SOCK_STREAM, IPPROTO_TCP, false, true, "tcp"},
    {SOCK_DGRAM, IPPROTO_UDP, false, true, "udp"},
    {TYPE_DCCP, IPPROTO_DCCP, false, false, "dccp"},
    {SOCK_DGRAM, IPPROTO_UDPLITE, false, false, "udplite"},
    {SOCK_STREAM, IPPROTO_SCTP, false, false, "sctp"},
    {SOCK_SEQPACKET, IPPROTO_SCTP, false, false, "sctp"},
    {SOCK_RAW, 0, true, true, "raw"},
};
enum { PROTOCOL_COUNT = sizeof PROTOCOLS / sizeof *PROTOCOLS };
_Static_assert((int)PROTOCOL_COUNT <= (int)SW_SOCKET_KINDS_MAX, "every protocol may be listed");

static bool fits(const struct protocol *protocol, const struct addrinfo *hints) {
    if (hints->ai_socktype != 0 && hints->ai_socktype != protocol->type)
        return false;
    return hints->ai_protocol == 0 || protocol->any_number || hints->ai_protocol == protocol->number;
}

static void add(const struct protocol *protocol, const struct addrinfo *hints, int port, struct sw_socket_kind *kinds,
                unsigned *count) {
    int number = protocol->any_number ? hints->ai_protocol : protocol->number;
    kinds[(*count)++] = (struct sw_socket_kind){protocol->type, number, port};
}

bool sw_is_port_number(const char *service) {
    char *end;
    int saved_errno = errno;
    strtoul(service, &end, 10);
    errno = saved_errno;
    return *end == '\0';
}

/* -1 for a name. Wraps around as glibc's does: "65536" is port 0. */
static int numeric_port(const char *service) {
    int saved_errno = errno;
    int number = sw_is_port_number(service) ? (int)strtoul(service, NULL, 10) : -1;
    errno = saved_errno;
    return number;
}

int sw_socket_kinds(const char *service, const struct addrinfo *hints, struct sw_socket_kind kinds[static SW_SOCKET_KINDS_MAX],
                    unsigned *count) {
    *count = 0;
    bool any_kind = hints->ai_socktype == 0 && hints->ai_protocol == 0;
    const struct protocol *first = NULL;
    for (int i = 0; i < PROTOCOL_COUNT && first == NULL && !any_kind; i++)
        if (fits(&PROTOCOLS[i], hints))
            first = &PROTOCOLS[i];
    if (first == NULL && !any_kind)
        return hints->ai_socktype != 0 ? EAI_SOCKTYPE : EAI_SERVICE;
    if (first != NULL && first->any_number && service != NULL)
        return EAI_SERVICE;

    int port = service == NULL ? 0 : numeric_port(service);
    for (int i = 0; i < PROTOCOL_COUNT; i++) {
        const struct protocol *protocol = &PROTOCOLS[i];
        if (first != NULL && protocol != first)
            continue;
        if (port >= 0) {
            if (first != NULL || protocol->by_default)
                add(protocol, hints, port & 0xffff, kinds, count);
            continue;
        }
        int named = protocol->any_number ? -1 : sw_service_port(service, protocol->name);
        if (named >= 0)
            add(protocol, hints, named, kinds, count);
    }
    return *count > 0 ? 0 : EAI_SERVICE;
}
