/* names.c: the functions of libc that turn names into addresses and back.
 *
 * A function here finds out whether this process is on a network, asks the module that knows, and gives the answer in
 * libc's terms. It decides nothing else. Off a network everything goes straight on. errno is untouched on success. */
#include "base/real.h"
#include "base/table_memory.h"
#include "interpose/export.h"
#include "interpose/unknown_name.h"
#include "names/addrinfo.h"
#include "names/hostent.h"
#include "names/lookup.h"
#include "names/nameinfo.h"

#include <dlfcn.h>

#ifndef NETDB_INTERNAL
#define NETDB_INTERNAL (-1) /* musl leaves it out: "see errno" */
#endif

/* Room for the answers that live until the next call, of the functions that are not thread-safe. */
enum { STATIC_BUFFER = 16 * 1024 };
static struct hostent static_entry;
static unsigned static_position; /* of gethostent(3) */

static char *static_buffer(void) {
    static void *_Atomic memory;
    return sw_memory_once(&memory, STATIC_BUFFER);
}

/* In the terms of gethostbyname_r(3): 0 and no entry for a name nobody has, else a positive errno. */
static int answer_entry(int result, struct hostent *entry, struct hostent **found, int *host_errno) {
    *found = result == 0 ? entry : NULL;
    *host_errno = result >= 0 ? result : NETDB_INTERNAL;
    if (result >= 0)
        return 0;
    errno = -result;
    return errno;
}

/* In the terms of gethostbyname(3). */
static struct hostent *answer_static_entry(int result) {
    if (result == 0)
        return &static_entry;
    h_errno = result > 0 ? result : NETDB_INTERNAL;
    if (result < 0)
        errno = -result;
    return NULL;
}

static int by_name(const struct sw_place *place, const char *name, int family, struct hostent *entry, char *buffer, size_t size) {
    int result = sw_hostent_by_name(place, name, family, entry, buffer, size);
    if (result == HOST_NOT_FOUND)
        sw_tell_unknown_name(place, name);
    return result;
}

/* getaddrinfo(3) */
SW_EXPORT int getaddrinfo(const char *restrict node, const char *restrict service, const struct addrinfo *restrict hints,
                          struct addrinfo **restrict list) {
    struct sw_place place;
    sw_real_load();
    if (!sw_place_now(&place))
        return sw_real.getaddrinfo(node, service, hints, list);

    int saved_errno = errno;
    int result = sw_getaddrinfo(&place, node, service, hints, list);
    if (result == EAI_NONAME && (hints == NULL || (hints->ai_flags & AI_NUMERICHOST) == 0))
        sw_tell_unknown_name(&place, node);
    errno = saved_errno;
    return result;
}

/* The library may have been switched on or off since the list was made. */
SW_EXPORT void freeaddrinfo(struct addrinfo *list) {
    struct addrinfo *made_by_libc = sw_free_own_addrinfo(list);
    if (made_by_libc == NULL)
        return;
    sw_real_load();
    sw_real.freeaddrinfo(made_by_libc);
}

/* getnameinfo(3) */
SW_EXPORT int getnameinfo(const struct sockaddr *restrict address, socklen_t size, char *restrict host, socklen_t host_size,
                          char *restrict service, socklen_t service_size, int flags) {
    struct sw_place place;
    sw_real_load();
    if (!sw_place_now(&place))
        return sw_real.getnameinfo(address, size, host, host_size, service, service_size, flags);

    int saved_errno = errno;
    int result = sw_getnameinfo(&place, address, size, (struct sw_room){host, host_size},
                                (struct sw_room){service, service_size}, flags);
    errno = saved_errno;
    return result;
}

/* gethostbyname(3) and its kin. */
SW_EXPORT struct hostent *gethostbyname(const char *name) {
    struct sw_place place;
    sw_real_load();
    if (!sw_place_now(&place))
        return sw_real.gethostbyname(name);
    return answer_static_entry(by_name(&place, name, AF_INET, &static_entry, static_buffer(), STATIC_BUFFER));
}

SW_EXPORT struct hostent *gethostbyname2(const char *name, int family) {
    struct sw_place place;
    sw_real_load();
    if (!sw_place_now(&place))
        return sw_real.gethostbyname2(name, family);
    return answer_static_entry(by_name(&place, name, family, &static_entry, static_buffer(), STATIC_BUFFER));
}

SW_EXPORT struct hostent *gethostbyaddr(const void *address, socklen_t length, int family) {
    struct sw_place place;
    sw_real_load();
    if (!sw_place_now(&place))
        return sw_real.gethostbyaddr(address, length, family);
    return answer_static_entry(
        sw_hostent_by_address(&place, address, length, family, &static_entry, static_buffer(), STATIC_BUFFER));
}

SW_EXPORT int gethostbyname_r(const char *restrict name, struct hostent *restrict entry, char *restrict buffer, size_t size,
                              struct hostent **restrict found, int *restrict host_errno) {
    struct sw_place place;
    sw_real_load();
    if (!sw_place_now(&place))
        return sw_real.gethostbyname_r(name, entry, buffer, size, found, host_errno);
    return answer_entry(by_name(&place, name, AF_INET, entry, buffer, size), entry, found, host_errno);
}

SW_EXPORT int gethostbyname2_r(const char *restrict name, int family, struct hostent *restrict entry, char *restrict buffer,
                               size_t size, struct hostent **restrict found, int *restrict host_errno) {
    struct sw_place place;
    sw_real_load();
    if (!sw_place_now(&place))
        return sw_real.gethostbyname2_r(name, family, entry, buffer, size, found, host_errno);
    return answer_entry(by_name(&place, name, family, entry, buffer, size), entry, found, host_errno);
}

SW_EXPORT int gethostbyaddr_r(const void *restrict address, socklen_t length, int family, struct hostent *restrict entry,
                              char *restrict buffer, size_t size, struct hostent **restrict found, int *restrict host_errno) {
    struct sw_place place;
    sw_real_load();
    if (!sw_place_now(&place))
        return sw_real.gethostbyaddr_r(address, length, family, entry, buffer, size, found, host_errno);
    return answer_entry(sw_hostent_by_address(&place, address, length, family, entry, buffer, size), entry, found,
                        host_errno);
}

/* gethostent(3) walks the hosts files of the network. */
SW_EXPORT void sethostent(int stay_open) {
    static void (*real)(int);
    static_position = 0;
    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "sethostent");
    if (real != NULL)
        real(stay_open);
}

SW_EXPORT void endhostent(void) {
    static void (*real)(void);
    static_position = 0;
    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "endhostent");
    if (real != NULL)
        real();
}

SW_EXPORT struct hostent *gethostent(void) {
    static struct hostent *(*real)(void);
    struct sw_place place;
    if (!sw_place_now(&place)) {
        if (real == NULL)
            *(void **)&real = dlsym(RTLD_NEXT, "gethostent");
        return real == NULL ? NULL : real();
    }
    int result = sw_hostent_at(&place, static_position, &static_entry, static_buffer(), STATIC_BUFFER);
    static_position += result == 0;
    return answer_static_entry(result);
}

/* glibc's alone. */
SW_EXPORT int gethostent_r(struct hostent *restrict entry, char *restrict buffer, size_t size,
                           struct hostent **restrict found, int *restrict host_errno) {
    static int (*real)(struct hostent *, char *, size_t, struct hostent **, int *);
    struct sw_place place;
    if (!sw_place_now(&place)) {
        if (real == NULL)
            *(void **)&real = dlsym(RTLD_NEXT, "gethostent_r");
        return real == NULL ? answer_entry(-ENOSYS, entry, found, host_errno) : real(entry, buffer, size, found, host_errno);
    }
    int result = sw_hostent_at(&place, static_position, entry, buffer, size);
    static_position += result == 0;
    answer_entry(result, entry, found, host_errno);
    return result > 0 ? ENOENT : -result;
}
