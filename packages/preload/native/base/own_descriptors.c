#include "base/own_descriptors.h"

#include "base/real.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <sys/resource.h>

enum {
    OWN = 64, /* as many can be noted */
    WELL_ABOVE = 512,
};

static _Atomic int own[OWN]; /* plus one; 0 is free */
static _Atomic int own_count;

bool sw_own_descriptor_is(int fd) {
    if (fd < 0)
        return false;
    int count = atomic_load_explicit(&own_count, memory_order_relaxed);
    for (int i = 0; i < count; i++)
        if (atomic_load_explicit(&own[i], memory_order_relaxed) == fd + 1)
            return true;
    return false;
}

bool sw_own_descriptor_any(void) {
    return atomic_load_explicit(&own_count, memory_order_relaxed) != 0;
}

static void note_own(int fd) {
    for (int i = 0; i < OWN; i++) {
        int nothing = 0;
        if (!atomic_compare_exchange_strong(&own[i], &nothing, fd + 1))
            continue;
        int count = atomic_load(&own_count);
        while (count < i + 1 && !atomic_compare_exchange_weak(&own_count, &count, i + 1))
            ;
        return;
    }
}

void sw_own_descriptor_release(int fd) {
    for (int i = 0; i < OWN; i++) {
        int noted = fd + 1;
        if (atomic_compare_exchange_strong(&own[i], &noted, 0))
            return;
    }
}

/* Far from the numbers that programs count on. */
static int move_up(int fd) {
    struct rlimit limit;
    int least = WELL_ABOVE;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 2 * WELL_ABOVE)
        least = (int)limit.rlim_cur * 3 / 4;
    int moved = sw_real.fcntl(fd, F_DUPFD_CLOEXEC, least);
    if (moved < 0)
        return fd;
    sw_real.close(fd);
    return moved;
}

int sw_own_descriptor_take(int fd) {
    fd = move_up(fd);
    note_own(fd);
    return fd;
}
