/* proc_counters.h: the counters of /proc/net that netstat -s and nstat(8) show: all at 0, as nothing is counted here, under the names that the
 * machine's kernel has for them. What is no counter is a host's. */
#ifndef SW_LISTING_PROC_COUNTERS_H
#define SW_LISTING_PROC_COUNTERS_H

#include "base/growing.h"

void sw_proc_snmp(struct sw_growing *text);
void sw_proc_snmp6(struct sw_growing *text);
void sw_proc_snmp6_lo(struct sw_growing *text);
void sw_proc_snmp6_eth0(struct sw_growing *text);
void sw_proc_netstat(struct sw_growing *text);

#endif
