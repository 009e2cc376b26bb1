/* rwf.h: the flags of preadv2(2) and pwritev2(2), which are readv(2) and writev(2) at the offset -1. */
#ifndef SW_INTERPOSE_RWF_H
#define SW_INTERPOSE_RWF_H

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/types.h>

/* linux/fs.h: those of files, which say nothing to a socket, and RWF_NOWAIT. Of later ones the kernel is asked. */
enum { SW_RWF_NOWAIT = 0x8, SW_RWF_KNOWN = 0x3f };

static inline bool sw_rwf_is_for_socket(off_t offset, int how) {
    return offset == -1 && (how & ~SW_RWF_KNOWN) == 0;
}

static inline int sw_rwf_message_flags(int how) {
    return (how & SW_RWF_NOWAIT) != 0 ? MSG_DONTWAIT : 0;
}

#endif
