/* proc_fib.h: /proc/net/fib_trie, which programs without ip(8) look for their own addresses in. */
#ifndef SW_LISTING_PROC_FIB_H
#define SW_LISTING_PROC_FIB_H

#include "base/growing.h"

/* The routes of the host over IPv4, in one level: what stands in between for the kernel's search is left out. */
void sw_proc_fib_trie(struct sw_growing *text);

#endif
