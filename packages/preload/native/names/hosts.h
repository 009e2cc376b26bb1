/* hosts.h: the hosts that files tell of: `hosts` in the network's directory, then the file that NSS_WRAPPER_HOSTS names.
 *
 * The machine's own /etc/hosts is another world and is never read. The first file that knows a name or an address answers. */
#ifndef SW_NAMES_HOSTS_H
#define SW_NAMES_HOSTS_H

#include "names/host.h"
#include "names/place.h"

/* Fill an empty `host`; false when no file knows the name or address. Names are compared without regard to case. */
bool sw_hosts_by_name(const struct sw_place *place, struct sw_span name, struct sw_host *host);
bool sw_hosts_by_address(const struct sw_place *place, const struct sw_ip *ip, struct sw_host *host);

/* The first name of the host with this interface ID. False when it has none. */
bool sw_hosts_name_of_interface(const struct sw_place *place, int interface, char name[static SW_HOST_NAME_SIZE]);

/* Whether a file has an address of this interface ID: what tells a host that refuses from one that does not exist.
 * Neither allocates nor takes a lock, so that connect(2) stays async-signal-safe. */
bool sw_hosts_knows_interface(const struct sw_place *place, int interface);

/* Line number `position`, counted from 0 over all files, of the lines that can be read. False after the last one. */
bool sw_hosts_entry_at(const struct sw_place *place, unsigned position, struct sw_host *host);

#endif
