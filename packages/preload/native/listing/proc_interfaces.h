/* proc_interfaces.h: the files of /proc/net about interfaces and routes, which ifconfig(8) and route(8) read. */
#ifndef SW_LISTING_PROC_INTERFACES_H
#define SW_LISTING_PROC_INTERFACES_H

#include "base/growing.h"

void sw_proc_dev(struct sw_growing *text);
void sw_proc_if_inet6(struct sw_growing *text);
void sw_proc_route(struct sw_growing *text);
void sw_proc_ipv6_route(struct sw_growing *text);
void sw_proc_arp(struct sw_growing *text);
void sw_proc_ip6_flowlabel(struct sw_growing *text);

/* A file that is there and has nothing in it. */
void sw_proc_nothing(struct sw_growing *text);

#endif
