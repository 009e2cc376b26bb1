/* stand_ins.h: the Unix sockets that are IP sockets of the network. Programs do not see them among their Unix sockets. */
#ifndef SW_LISTING_STAND_INS_H
#define SW_LISTING_STAND_INS_H

#include "base/growing.h"

#include <stdbool.h>
#include <stdint.h>

struct sw_stand_ins {
    struct sw_growing inodes; /* a hash table of uint64_t; 0 is a free place */
};

/* Those of the network of this process, on all its hosts. The caller ends it. */
void sw_stand_ins_read(struct sw_stand_ins *stand_ins);
void sw_stand_ins_end(struct sw_stand_ins *stand_ins);

bool sw_stand_ins_have(const struct sw_stand_ins *stand_ins, uint64_t inode);

#endif
