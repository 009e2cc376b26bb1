/* proc_sockets.h: the lists of sockets in /proc/net, in the columns of the kernel. */
#ifndef SW_LISTING_PROC_SOCKETS_H
#define SW_LISTING_PROC_SOCKETS_H

#include "base/growing.h"

void sw_proc_tcp(struct sw_growing *text);
void sw_proc_tcp6(struct sw_growing *text);
void sw_proc_udp(struct sw_growing *text);
void sw_proc_udp6(struct sw_growing *text);
void sw_proc_udplite(struct sw_growing *text);
void sw_proc_udplite6(struct sw_growing *text);

/* Sockets of other protocols cannot be made on a network. */
void sw_proc_raw(struct sw_growing *text);
void sw_proc_raw6(struct sw_growing *text);
void sw_proc_icmp(struct sw_growing *text);

/* How many there are of each kind. */
void sw_proc_sockstat(struct sw_growing *text);
void sw_proc_sockstat6(struct sw_growing *text);

/* How many connections there are. */
unsigned sw_proc_connections(void);

/* The machine's Unix sockets, but for those behind IP sockets of the network. */
void sw_proc_unix(struct sw_growing *text);

#endif
