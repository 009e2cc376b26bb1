/* fd_table.h: which of this process's descriptors are redirected sockets.
 *
 * An entry is only a hint that spares a system call: it names a record, and the record's cookie decides. Descriptors are closed and
 * reused without our seeing it (close_range(2), raw system calls, libc's own closes), so whoever does more than move data asks
 * sw_fd_socket(), which compares cookies. No function here takes a lock, allocates with malloc or changes errno. */
#ifndef SW_STATE_FD_TABLE_H
#define SW_STATE_FD_TABLE_H

#include "state/records.h"

/* A redirected socket as the modules see it, for the time of one call. */
struct sw_socket {
    int fd;
    struct sw_network *network;
    struct sw_record *record;
};

/* Descriptors above the last page are never redirected sockets: the kernel gives out none. */
enum { SW_FD_PAGE_ENTRIES = 65536, SW_FD_PAGES = 64 };
typedef _Atomic uint64_t sw_fd_page[SW_FD_PAGE_ENTRIES];
extern void *_Atomic sw_fd_pages[SW_FD_PAGES]; /* each a sw_fd_page, or NULL */

/* Whether `fd` may be a redirected socket: a few instructions in front of the calls that programs make for every file. */
static inline bool sw_fd_may_be_ours(int fd) {
    if ((unsigned)fd >= SW_FD_PAGE_ENTRIES * SW_FD_PAGES)
        return false;
    sw_fd_page *page = atomic_load_explicit(&sw_fd_pages[(unsigned)fd / SW_FD_PAGE_ENTRIES], memory_order_acquire);
    return page != NULL && atomic_load_explicit(&(*page)[(unsigned)fd % SW_FD_PAGE_ENTRIES], memory_order_relaxed) != 0;
}

/* Whether `fd` was a redirected socket when we last saw it: no system call, so it may be stale. For data that moves
 * the same way in either case. */
bool sw_fd_hint(int fd, struct sw_socket *found);

/* The same, for who needs to know no more. */
bool sw_fd_is_ours(int fd);

/* Whether `fd` is a redirected socket now. Finds sockets that came by exec(2) or SCM_RIGHTS, drops stale entries. */
bool sw_fd_socket(int fd, struct sw_socket *found);

/* Makes `fd` name `record`. False when there is no memory. */
bool sw_fd_set(int fd, struct sw_network *network, struct sw_record *record);

/* Forgets what `fd` was. */
void sw_fd_forget(int fd);

/* After dup(2): makes `to` name what `from` names, which may be nothing of ours. */
void sw_fd_copy(int from, int to);

/* How many descriptors of this process name `record`; counts no further than `most`. */
unsigned sw_fd_count(const struct sw_record *record, unsigned most);

/* The number of redirected sockets that this process has made and not closed. */
unsigned sw_fd_sockets_open(void);

/* Notes the redirected sockets among the descriptors that this program was started with. */
void sw_fd_adopt_inherited(void);

/* The lowest descriptor from `from` on that may be a redirected socket; -1 when there is none. */
int sw_fd_next(int from);

/* Calls `visit` for each descriptor that names a redirected socket, lowest first. */
void sw_fd_each(void (*visit)(struct sw_socket *socket));

#endif
