#include "base/memory.h"

#include "base/real.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/syscall.h>

enum { PAGE = 4096, KNOWN = 128 };

/* Numbers of pages that could be read when somebody asked. */
static _Atomic uintptr_t known[KNOWN];

static bool is_page_readable(uintptr_t page) {
    enum { NO_WAY_TO_DO_IT = -1, SET_SIZE = 8 };
    _Atomic uintptr_t *place = &known[page % KNOWN];
    if (atomic_load_explicit(place, memory_order_relaxed) == page)
        return true;
    /* rt_sigprocmask(2) reads the set before it finds that it does not know what to do with it. */
    int saved_errno = errno;
    bool is_readable = sw_real.syscall(SYS_rt_sigprocmask, NO_WAY_TO_DO_IT, page * PAGE, NULL, SET_SIZE) == 0 || errno != EFAULT;
    errno = saved_errno;
    if (is_readable)
        atomic_store_explicit(place, page, memory_order_relaxed);
    return is_readable;
}

bool sw_is_readable(const void *pointer, size_t size) {
    enum { NEAR = 65536 };
    if (size == 0)
        return true;
    if (sw_is_nowhere(pointer))
        return false;
    /* The frames above this one are the program's. */
    uintptr_t from = (uintptr_t)pointer, distance = from - (uintptr_t)__builtin_frame_address(0);
    if (distance < NEAR)
        return true;
    for (uintptr_t page = from / PAGE; page <= (from + size - 1) / PAGE; page++)
        if (!is_page_readable(page))
            return false;
    return true;
}
