/* watches.h: which epolls of this process watch which redirected stream sockets, and how.
 *
 * epoll(7) tells of an event by the program's own data, not by a descriptor. Where its answer for a Unix socket has to be made into TCP's,
 * and where another socket takes a descriptor's place, the registration has to be known. No function here takes a lock, allocates with malloc or
 * changes errno; two threads that register one descriptor at the same time race in the kernel as well. */
#ifndef SW_STATE_WATCHES_H
#define SW_STATE_WATCHES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

struct sw_watch {
    int epoll;
    bool muted;               /* edge-triggered for now, though the program asked for levels */
    struct epoll_event event; /* as the program asked for it */
};

/* Notes a registration, or what it was changed to. */
void sw_watch_put(int fd, const struct sw_watch *watch);

/* Forgets one registration, or all of a descriptor that is closed. */
void sw_watch_drop(int fd, int epoll);
void sw_watch_forget(int fd);

/* The registrations of `fd`, at `position` and after: false when there is none left. Starts with position 0. */
bool sw_watch_next(int fd, unsigned *position, struct sw_watch *watch);

/* The lowest descriptor from `from` on that `epoll` watches with `data`; -1 when there is none. */
int sw_watch_find(int epoll, uint64_t data, int from, struct sw_watch *watch);

/* The lowest descriptor from `from` on that `epoll` watches; -1 when there is none. */
int sw_watch_find_any(int epoll, int from, struct sw_watch *watch);

#endif
