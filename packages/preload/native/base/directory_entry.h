/* directory_entry.h: what getdents64(2) answers with; libcs do not agree on a name for it.
 *
 * For whoever must not use readdir(3), which allocates and calls functions that this library stands in front of. */
#ifndef SW_BASE_DIRECTORY_ENTRY_H
#define SW_BASE_DIRECTORY_ENTRY_H

#include <stdint.h>

struct sw_directory_entry {
    uint64_t inode;
    int64_t offset;
    uint16_t size; /* the next entry is so many bytes further */
    uint8_t type;
    char name[];
};

#endif
