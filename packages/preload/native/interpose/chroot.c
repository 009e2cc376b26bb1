/* chroot.c: the calls by which a process locks itself into a part of the file system. The network goes along. */
#include "base/root.h"
#include "interpose/export.h"
#include "interpose/start.h"
#include "state/network.h"

/* chroot(2) */
SW_EXPORT int chroot(const char *path) {
    sw_start();
    /* What is mapped once needs no path any more. */
    struct sw_network *network;
    if (sw_network_current(&network) == 0 && network != NULL)
        sw_root_keep();
    return sw_real.chroot(path);
}
