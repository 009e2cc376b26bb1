/* proc_net.h: the files of /proc/net (proc_net(5)) that tell of sockets and interfaces, as the kernel of one host would write them. */
#ifndef SW_LISTING_PROC_NET_H
#define SW_LISTING_PROC_NET_H

#include "base/growing.h"

#include <stdbool.h>

/* Writes the file; NULL where none has this number. */
struct sw_proc_net_file {
    const char *name;
    void (*write)(struct sw_growing *text);
};

/* The file that an absolute path names: /proc/net/tcp, /proc/self/net/tcp, /proc/PID/task/TID/net/tcp and so on. NULL for every other
 * path. A process of another host that this one looks at is answered for like this one. */
const struct sw_proc_net_file *sw_proc_net_find(const char *path);

/* Whether a path ends with the name of one of these files: "tcp", "net/tcp". */
bool sw_proc_net_may_be(const char *path);

#endif
