#include "names/nameinfo.h"

#include "names/lookup.h"
#include "names/numeric.h"
#include "names/services.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stddef.h>
#include <string.h>
#include <sys/un.h>

/* NI_IDN and two that are history. */
enum { IDN_FLAGS = 0x20 | 0x40 | 0x80 };
enum { KNOWN_FLAGS = NI_NUMERICHOST | NI_NUMERICSERV | NI_NOFQDN | NI_NAMEREQD | NI_DGRAM | IDN_FLAGS };

static int put(struct sw_room room, const char *text) {
    size_t size = strlen(text) + 1;
    if (size > room.size)
        return EAI_OVERFLOW;
    memcpy(room.text, text, size);
    return 0;
}

/* NI_NOFQDN: the name without the domain that it shares with the process's own host. */
static void drop_own_domain(const struct sw_place *place, char *name) {
    char own[SW_HOST_NAME_SIZE];
    sw_own_host_name(place, own);
    const char *own_domain = strchr(own, '.');
    char *domain = strchr(name, '.');
    if (own_domain != NULL && domain != NULL && sw_same_host_name(sw_span_of(domain), sw_span_of(own_domain)))
        *domain = '\0';
}

static int name_host(const struct sw_place *place, const struct sw_ip *ip, struct sw_room room, int flags) {
    struct sw_host host;
    if ((flags & NI_NUMERICHOST) == 0 && sw_lookup_address(place, ip, &host)) {
        char name[SW_HOST_NAME_SIZE];
        strcpy(name, sw_host_canonical_name(&host));
        if ((flags & NI_NOFQDN) != 0)
            drop_own_domain(place, name);
        return put(room, name);
    }
    if ((flags & NI_NAMEREQD) != 0)
        return EAI_NONAME;
    char number[SW_NUMERIC_SIZE];
    sw_numeric_format(ip, number);
    return put(room, number);
}

static int name_port(int port, struct sw_room room, int flags) {
    char name[SW_SERVICE_NAME_SIZE];
    if ((flags & NI_NUMERICSERV) == 0 && sw_service_name(port, (flags & NI_DGRAM) != 0 ? "udp" : "tcp", name))
        return put(room, name);
    char digits[6];
    char *start = digits + sizeof digits - 1;
    *start = '\0';
    do
        *--start = (char)('0' + port % 10);
    while ((port /= 10) > 0);
    return put(room, start);
}

/* A Unix socket is on this host, and its service is its path. */
static int name_unix(const struct sw_place *place, const struct sockaddr_un *address, socklen_t size, struct sw_room host,
                     struct sw_room service, int flags) {
    if (host.size > 0) {
        char name[SW_HOST_NAME_SIZE] = "localhost";
        if ((flags & NI_NUMERICHOST) == 0)
            sw_own_host_name(place, name);
        else if ((flags & NI_NAMEREQD) != 0)
            return EAI_NONAME;
        int result = put(host, name);
        if (result != 0)
            return result;
    }
    if (service.size == 0)
        return 0;
    char path[sizeof address->sun_path + 1] = "";
    size_t room = size - offsetof(struct sockaddr_un, sun_path);
    memcpy(path, address->sun_path, room < sizeof path - 1 ? room : sizeof path - 1);
    return put(service, path);
}

int sw_getnameinfo(const struct sw_place *place, const struct sockaddr *address, socklen_t size, struct sw_room host,
                   struct sw_room service, int flags) {
    if (host.text == NULL)
        host.size = 0;
    if (service.text == NULL)
        service.size = 0;
    if ((flags & ~KNOWN_FLAGS) != 0)
        return EAI_BADFLAGS;
    if (address == NULL || size < sizeof(sa_family_t))
        return EAI_FAMILY;
    if ((flags & NI_NAMEREQD) != 0 && host.text == NULL && service.text == NULL)
        return EAI_NONAME;

    struct sw_ip ip;
    in_port_t port;
    if (address->sa_family == AF_INET && size >= sizeof(struct sockaddr_in)) {
        const struct sockaddr_in *ipv4 = (const struct sockaddr_in *)address;
        ip = sw_ip_of_bytes(AF_INET, &ipv4->sin_addr);
        port = ipv4->sin_port;
    } else if (address->sa_family == AF_INET6 && size >= sizeof(struct sockaddr_in6)) {
        const struct sockaddr_in6 *ipv6 = (const struct sockaddr_in6 *)address;
        ip = sw_ip_of_bytes(AF_INET6, &ipv6->sin6_addr);
        ip.scope = ipv6->sin6_scope_id;
        port = ipv6->sin6_port;
    } else if (address->sa_family == AF_UNIX && size >= offsetof(struct sockaddr_un, sun_path)) {
        return name_unix(place, (const struct sockaddr_un *)address, size, host, service, flags);
    } else {
        return EAI_FAMILY;
    }

    int result = host.size > 0 ? name_host(place, &ip, host, flags) : 0;
    return result == 0 && service.size > 0 ? name_port(ntohs(port), service, flags) : result;
}
