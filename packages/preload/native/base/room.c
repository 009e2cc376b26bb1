#include "base/room.h"

#include <errno.h>
#include <stdatomic.h>

/* One at a time: a second one would take the raised limit for the program's. */
static atomic_bool is_raised;

bool sw_room_make(struct sw_room *room) {
    if (errno != EMFILE || room->is_made || atomic_exchange(&is_raised, true))
        return false;
    struct rlimit raised;
    if (getrlimit(RLIMIT_NOFILE, &room->before) == 0 && room->before.rlim_cur < room->before.rlim_max) {
        raised = room->before;
        raised.rlim_cur = raised.rlim_max;
        room->is_made = setrlimit(RLIMIT_NOFILE, &raised) == 0;
    }
    if (!room->is_made)
        atomic_store(&is_raised, false);
    errno = EMFILE;
    return room->is_made;
}

void sw_room_leave(struct sw_room *room) {
    if (!room->is_made)
        return;
    int saved_errno = errno;
    setrlimit(RLIMIT_NOFILE, &room->before);
    room->is_made = false;
    atomic_store(&is_raised, false);
    errno = saved_errno;
}
