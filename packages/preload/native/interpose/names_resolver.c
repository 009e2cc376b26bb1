/* names_resolver.c: libc's own DNS client, resolver(3).
 *
 * Its sockets are made inside libc, where no preloaded library sees them, and would reach the machine's name servers. */
#include "interpose/export.h"
#include "interpose/unknown_name.h"
#include "names/dns.h"

#include <dlfcn.h>
#include <netdb.h>
#include <resolv.h>
#include <string.h>

/* Older headers rename what they declare. */
#undef res_query
#undef res_search
#undef res_querydomain
#undef res_send
#undef res_nquery
#undef res_nsearch
#undef res_nquerydomain
#undef res_nsend

/* What libc has under `name`, typed as this function; NULL when nothing does. */
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* The answer in the terms of res_send(3): the reply's size, of which `answer` takes what fits. */
static int send_query(const struct sw_place *place, const uint8_t *query, int query_size, unsigned char *answer, int size,
                      enum sw_dns_outcome *outcome) {
    int saved_errno = errno;
    uint8_t reply[SW_DNS_REPLY_SIZE_MAX];
    int reply_size = query_size < 0 ? -EINVAL : sw_dns_answer(place, query, (size_t)query_size, reply, outcome);
    errno = saved_errno;
    if (reply_size < 0 || size < 0)
        return (int)sw_answer(-EINVAL);
    if (reply_size > size)
        reply[2] |= 0x02; /* TC, RFC 1035 §4.1.1 */
    memcpy(answer, reply, (size_t)(reply_size < size ? reply_size : size));
    return reply_size;
}

/* The answer in the terms of res_query(3): a reply without the records asked for is no answer, and h_errno says why. */
static int ask(const struct sw_place *place, const char *name, int class, int type, unsigned char *answer, int size) {
    uint8_t query[SW_DNS_QUERY_SIZE_MAX];
    enum sw_dns_outcome outcome = SW_DNS_REFUSED;
    int query_size = sw_dns_write_query(name, class, type, query);
    int reply_size = query_size < 0 ? -1 : send_query(place, query, query_size, answer, size, &outcome);
    if (reply_size >= 0 && outcome == SW_DNS_FOUND)
        return reply_size;
    if (outcome == SW_DNS_NO_SUCH_NAME)
        sw_tell_unknown_name(place, name);
    h_errno = outcome == SW_DNS_NO_SUCH_NAME ? HOST_NOT_FOUND : outcome == SW_DNS_NO_DATA ? NO_DATA : NO_RECOVERY;
    return -1;
}

/* res_querydomain(3) puts a dot between the two. */
static int ask_in_domain(const struct sw_place *place, const char *name, const char *domain, int class, int type,
                         unsigned char *answer, int size) {
    char whole[NS_MAXDNAME];
    if (domain == NULL)
        return ask(place, name, class, type, answer, size);
    size_t name_size = strlen(name);
    size_t domain_size = strlen(domain);
    if (name_size + domain_size + 2 > sizeof whole) {
        h_errno = NO_RECOVERY;
        return -1;
    }
    memcpy(whole, name, name_size);
    whole[name_size] = '.';
    memcpy(whole + name_size + 1, domain, domain_size + 1);
    return ask(place, whole, class, type, answer, size);
}

/* A libc without the function off a network. */
static int no_such_function(void) {
    h_errno = NO_RECOVERY;
    return (int)sw_answer(-ENOSYS);
}

SW_EXPORT int res_query(const char *name, int class, int type, unsigned char *answer, int size) {
    struct sw_place place;
    if (sw_place_now(&place))
        return ask(&place, name, class, type, answer, size);
    __typeof__(&res_query) real = REAL(res_query);
    return real == NULL ? no_such_function() : real(name, class, type, answer, size);
}

SW_EXPORT int res_search(const char *name, int class, int type, unsigned char *answer, int size) {
    struct sw_place place;
    if (sw_place_now(&place))
        return ask(&place, name, class, type, answer, size);
    __typeof__(&res_search) real = REAL(res_search);
    return real == NULL ? no_such_function() : real(name, class, type, answer, size);
}

SW_EXPORT int res_querydomain(const char *name, const char *domain, int class, int type, unsigned char *answer,
                              int size) {
    struct sw_place place;
    if (sw_place_now(&place))
        return ask_in_domain(&place, name, domain, class, type, answer, size);
    __typeof__(&res_querydomain) real = REAL(res_querydomain);
    return real == NULL ? no_such_function() : real(name, domain, class, type, answer, size);
}

SW_EXPORT int res_send(const unsigned char *query, int query_size, unsigned char *answer, int size) {
    struct sw_place place;
    enum sw_dns_outcome outcome;
    if (sw_place_now(&place))
        return send_query(&place, query, query_size, answer, size, &outcome);
    __typeof__(&res_send) real = REAL(res_send);
    return real == NULL ? no_such_function() : real(query, query_size, answer, size);
}

/* The same for a program that keeps the resolver's state itself. Nothing in the state bears on the answer. */
SW_EXPORT int res_nquery(res_state state, const char *name, int class, int type, unsigned char *answer, int size) {
    struct sw_place place;
    if (sw_place_now(&place))
        return ask(&place, name, class, type, answer, size);
    __typeof__(&res_nquery) real = REAL(res_nquery);
    return real == NULL ? no_such_function() : real(state, name, class, type, answer, size);
}

SW_EXPORT int res_nsearch(res_state state, const char *name, int class, int type, unsigned char *answer, int size) {
    struct sw_place place;
    if (sw_place_now(&place))
        return ask(&place, name, class, type, answer, size);
    __typeof__(&res_nsearch) real = REAL(res_nsearch);
    return real == NULL ? no_such_function() : real(state, name, class, type, answer, size);
}

SW_EXPORT int res_nquerydomain(res_state state, const char *name, const char *domain, int class, int type,
                               unsigned char *answer, int size) {
    struct sw_place place;
    if (sw_place_now(&place))
        return ask_in_domain(&place, name, domain, class, type, answer, size);
    __typeof__(&res_nquerydomain) real = REAL(res_nquerydomain);
    return real == NULL ? no_such_function() : real(state, name, domain, class, type, answer, size);
}

SW_EXPORT int res_nsend(res_state state, const unsigned char *query, int query_size, unsigned char *answer, int size) {
    struct sw_place place;
    enum sw_dns_outcome outcome;
    if (sw_place_now(&place))
        return send_query(&place, query, query_size, answer, size, &outcome);
    __typeof__(&res_nsend) real = REAL(res_nsend);
    return real == NULL ? no_such_function() : real(state, query, query_size, answer, size);
}

#define ALIAS_OF(name) __attribute__((alias(#name), nothrow, leaf))

/* What programs built against older C libraries call. */
SW_EXPORT int __res_query(const char *, int, int, unsigned char *, int) ALIAS_OF(res_query);
SW_EXPORT int __res_nquery(res_state, const char *, int, int, unsigned char *, int) ALIAS_OF(res_nquery);
SW_EXPORT int __res_search(const char *, int, int, unsigned char *, int) ALIAS_OF(res_search);
SW_EXPORT int __res_nsearch(res_state, const char *, int, int, unsigned char *, int) ALIAS_OF(res_nsearch);
SW_EXPORT int __res_querydomain(const char *, const char *, int, int, unsigned char *, int) ALIAS_OF(res_querydomain);
SW_EXPORT int __res_nquerydomain(res_state, const char *, const char *, int, int, unsigned char *, int)
    ALIAS_OF(res_nquerydomain);
SW_EXPORT int __res_send(const unsigned char *, int, unsigned char *, int) ALIAS_OF(res_send);
SW_EXPORT int __res_nsend(res_state, const unsigned char *, int, unsigned char *, int) ALIAS_OF(res_nsend);
