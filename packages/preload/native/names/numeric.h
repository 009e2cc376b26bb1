/* numeric.h: addresses as people write them, scope ID included: `10.1`, `fe80::1%eth0`. */
#ifndef SW_NAMES_NUMERIC_H
#define SW_NAMES_NUMERIC_H

#include "names/ip.h"

#include <net/if.h>
#include <netinet/in.h>

enum sw_numeric { SW_NOT_NUMERIC, SW_NUMERIC, SW_BAD_SCOPE };

enum { SW_NUMERIC_SIZE = INET6_ADDRSTRLEN + 1 + IF_NAMESIZE };

/* Reads IPv4 as inet_aton(3) does, all of the text; IPv6 as inet_pton(3), with a scope that names an interface of this host (for
 * link-local addresses) or is a number. SW_BAD_SCOPE leaves the address in `ip`. */
enum sw_numeric sw_numeric_parse(const char *text, struct sw_ip *ip);

void sw_numeric_format(const struct sw_ip *ip, char text[static SW_NUMERIC_SIZE]);

#endif
