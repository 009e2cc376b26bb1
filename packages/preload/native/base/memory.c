#include "base/memory.h"

#include "base/process.h"
#include "base/real.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>

enum { PAGE = 4096, KNOWN = 128 };

/* Numbers of pages that could be read when somebody asked. */
static _Atomic uintptr_t known[KNOWN];

/* Memcheck would complain of what is not initialised. It tells its programs to preload something, too. */
static bool is_watched(void) {
    static _Atomic unsigned answer; /* 0 while unknown */
    unsigned known_answer = atomic_load_explicit(&answer, memory_order_relaxed);
    if (known_answer == 0) {
        const char *preload = getenv("LD_PRELOAD");
        known_answer = preload != NULL && strstr(preload, "vgpreload") != NULL ? 2 : 1;
        atomic_store_explicit(&answer, known_answer, memory_order_relaxed);
    }
    return known_answer == 2;
}

/* Reads the beginning of a page, and has the kernel do nothing with it. */
static long read_for_nothing(uintptr_t address) {
    enum { NO_WAY_TO_DO_IT = -1, SET_SIZE = 8 };
    char byte;
    struct iovec to = {&byte, 1}, from = {(void *)address, 1};
    if (is_watched())
        return sw_real.syscall(SYS_process_vm_readv, (long)sw_process_id(), &to, 1, &from, 1, 0);
    /* rt_sigprocmask(2) reads the set before it finds that it does not know what to do with it. No filter of seccomp(2) can do without it. */
    return sw_real.syscall(SYS_rt_sigprocmask, NO_WAY_TO_DO_IT, address, NULL, SET_SIZE);
}

static bool is_page_readable(uintptr_t page) {
    _Atomic uintptr_t *place = &known[page % KNOWN];
    if (atomic_load_explicit(place, memory_order_relaxed) == page)
        return true;
    int saved_errno = errno;
    bool is_readable = read_for_nothing(page * PAGE) >= 0 || errno != EFAULT;
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
