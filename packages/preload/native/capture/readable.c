#include "capture/readable.h"

#include "base/real.h"
#include "capture/lasting.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#endif

enum { PAGE = 4096, WORD = 8 };

/* The cheapest system call that reads memory: rt_sigprocmask(2) takes its argument, 8 bytes, before it finds that `how` means nothing. */
static bool can_read_word(uintptr_t address) {
    enum { NO_SUCH_HOW = 99 };
    return sw_real.syscall(SYS_rt_sigprocmask, NO_SUCH_HOW, address, NULL, (size_t)WORD) != 0 && errno == EINVAL;
}

/* Has the kernel find every page, as it would to read from it. */
static bool can_read_pages(uintptr_t from, uintptr_t to) {
    from &= ~(uintptr_t)(PAGE - 1);
    to = (to + PAGE - 1) & ~(uintptr_t)(PAGE - 1);
    return madvise((void *)from, to - from, MADV_POPULATE_READ) == 0;
}

static __attribute__((noinline)) bool can_read(uintptr_t from, uintptr_t to) {
    int saved_errno = errno;
    /* Within a page one word tells of all; every page that is touched is a multiple of 8 long. */
    bool is_in_one_page = from / PAGE == (to - 1) / PAGE;
    bool can = is_in_one_page ? can_read_word(from & ~(uintptr_t)(WORD - 1)) : can_read_pages(from, to);
    errno = saved_errno;
    return can;
}

bool sw_readable(const struct iovec *parts, size_t count) {
    for (size_t i = 0; i < count; i++) {
        uintptr_t from = (uintptr_t)parts[i].iov_base, to = from + parts[i].iov_len;
        if (from != to && (to < from || (!sw_is_lasting(from, to) && !can_read(from, to))))
            return false;
    }
    return true;
}
