/* dns.h: answers to DNS messages (RFC 1035) from what lookup.h knows.
 *
 * The resolver inside libc (res_query(3) and its kin) makes sockets that this library never sees, so its questions are answered
 * here: A, AAAA and PTR of known hosts. A known name has no records of other types; an unknown name does not exist. */
#ifndef SW_NAMES_DNS_H
#define SW_NAMES_DNS_H

#include "names/place.h"

#include <stddef.h>
#include <stdint.h>

enum { SW_DNS_QUERY_SIZE_MAX = 12 + 255 + 4, SW_DNS_REPLY_SIZE_MAX = 4096 };

/* How a reply reads for those who want one word. */
enum sw_dns_outcome { SW_DNS_FOUND, SW_DNS_NO_SUCH_NAME, SW_DNS_NO_DATA, SW_DNS_REFUSED };

/* Writes a query for `name`. Its size, or -EMSGSIZE for what cannot be a name. */
int sw_dns_write_query(const char *name, int class, int type, uint8_t query[static SW_DNS_QUERY_SIZE_MAX]);

/* Answers `query` as a name server would. The size of the reply, or -EINVAL when it cannot be read far enough to reply to. */
int sw_dns_answer(const struct sw_place *place, const uint8_t *query, size_t size, uint8_t reply[static SW_DNS_REPLY_SIZE_MAX],
                  enum sw_dns_outcome *outcome);

#endif
