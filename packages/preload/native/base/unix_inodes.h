/* unix_inodes.h: the inodes of the Unix sockets in sight, as /proc/net/unix lists them (proc(5)). */
#ifndef SW_BASE_UNIX_INODES_H
#define SW_BASE_UNIX_INODES_H

#include <stdbool.h>
#include <stdint.h>

/* Reads a line of the list, character by character. Starts as zeros. */
struct sw_unix_line {
    uint64_t inode;
    unsigned column;
    char before; /* the character before; 0 in front of the first */
};

/* At the end of a line true, and the inode that it had, 0 in the head of the list. The next character begins another line. */
bool sw_unix_line_ends(struct sw_unix_line *line, char next, uint64_t *inode);

/* Calls `visit` with each inode of the machine's list, which a program may not see as it is. False when it cannot be read. */
bool sw_unix_inodes(void (*visit)(void *context, uint64_t inode), void *context);

#endif
