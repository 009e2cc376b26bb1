/* proc_groups.h: the files of /proc/net about multicast groups, which `ip maddress` and netstat -g read. */
#ifndef SW_LISTING_PROC_GROUPS_H
#define SW_LISTING_PROC_GROUPS_H

#include "base/growing.h"

/* What each interface listens to by itself, and what the sockets of the host have joined. */
void sw_proc_igmp(struct sw_growing *text);
void sw_proc_igmp6(struct sw_growing *text);

/* Groups of the link layer: those that every interface has. */
void sw_proc_dev_mcast(struct sw_growing *text);

/* Nobody's senders are listed. */
void sw_proc_mcfilter(struct sw_growing *text);
void sw_proc_mcfilter6(struct sw_growing *text);

#endif
