/* lookup.h: who a name or an address belongs to, asked of everything a process on a network may know, in this order:
 * localhost; the files of hosts.h; the process's own host name. Numbers are not names. Nothing else is asked, ever: an unknown
 * name is unknown at once. */
#ifndef SW_NAMES_LOOKUP_H
#define SW_NAMES_LOOKUP_H

#include "names/host.h"
#include "names/place.h"

/* False when nobody has the name. A host may have addresses of one family only. */
bool sw_lookup_name(const struct sw_place *place, const char *name, struct sw_host *host);

/* False when nobody has the address, or has it without a name. A v4-mapped address is the IPv4 address it holds. */
bool sw_lookup_address(const struct sw_place *place, const struct sw_ip *ip, struct sw_host *host);

/* The name of the process's own host: NSS_WRAPPER_HOSTNAME, else what the files call its interface ID, else the machine's. */
void sw_own_host_name(const struct sw_place *place, char name[static SW_HOST_NAME_SIZE]);

#endif
