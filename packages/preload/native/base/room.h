/* room.h: a descriptor of this library's own, for a moment, in a process that has none left.
 *
 * The kernel's sockets need no descriptor to report an error or to queue a datagram, so a program at its limit (RLIMIT_NOFILE) must not lose
 * either. The soft limit is raised meanwhile:
 *
 *     struct sw_room room = SW_NO_ROOM;
 *     do
 *         fd = sw_real.socket(…);
 *     while (fd < 0 && sw_room_make(&room));
 *     sw_room_leave(&room);
 */
#ifndef SW_BASE_ROOM_H
#define SW_BASE_ROOM_H

#include <stdbool.h>
#include <sys/resource.h>

struct sw_room {
    bool is_made;
    struct rlimit before;
};
#define SW_NO_ROOM {.is_made = false}

/* After a call that failed: whether it was for the limit, and is worth another try. Keeps errno. */
bool sw_room_make(struct sw_room *room);

/* Puts the limit back. Keeps errno. */
void sw_room_leave(struct sw_room *room);

#endif
