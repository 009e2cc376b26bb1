#include "base/unix_inodes.h"

#include "base/real.h"
#include "base/root.h"

#include <fcntl.h>
#include <sys/types.h>

bool sw_unix_line_ends(struct sw_unix_line *line, char next, uint64_t *inode) {
    /* The columns: Num RefCount Protocol Flags Type St Inode Path. */
    enum { INODE = 7 };
    bool was_gap = line->before == ' ' || line->before == 0;
    line->before = next;
    if (next == '\n') {
        *inode = line->inode;
        *line = (struct sw_unix_line){0};
        return true;
    }
    if (next != ' ' && was_gap)
        line->column++;
    if (line->column == INODE && next >= '0' && next <= '9')
        line->inode = line->inode * 10 + (uint64_t)(next - '0');
    return false;
}

bool sw_unix_inodes(void (*visit)(void *context, uint64_t inode), void *context) {
    int fd = sw_real.openat(SW_AT("/proc/net/unix"), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    char buffer[2048];
    ssize_t count;
    struct sw_unix_line line = {0};
    uint64_t inode;
    while ((count = sw_real.read(fd, buffer, sizeof buffer)) > 0)
        for (ssize_t i = 0; i < count; i++)
            if (sw_unix_line_ends(&line, buffer[i], &inode) && inode != 0)
                visit(context, inode);
    sw_real.close(fd);
    return count == 0;
}
