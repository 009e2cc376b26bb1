#include "state/lock.h"

#include "base/liveness.h"
#include "base/real.h"

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Set in the lock, beside its holder's pid, by those who wait: otherwise there is nobody to wake. */
#define WAITED_FOR 0x80000000u

/* Long enough that a live holder is done, short enough that nobody notices a dead one. */
static const struct timespec LOCK_PATIENCE = {.tv_nsec = 20 * 1000 * 1000};

/* So often the same holder was waited for in vain: what it does takes microseconds, so the number is no holder's. A process that
 * died may have left it, and another got it since; or the file was damaged. */
enum { LOCK_ATTEMPTS = 150 };

void sw_network_lock(struct sw_network *network, sigset_t *mask) {
    int saved_errno = errno;
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, mask);

    _Atomic uint32_t *lock = &network->state->header.lock;
    uint32_t self = (uint32_t)getpid(), taken = self;
    for (unsigned attempts = 0;;) {
        uint32_t holder = 0;
        if (atomic_compare_exchange_strong(lock, &holder, taken))
            break;
        /* Who has waited does not know whether others still do. */
        taken = self | WAITED_FOR;
        if ((holder & WAITED_FOR) == 0 && !atomic_compare_exchange_strong(lock, &holder, holder | WAITED_FOR))
            continue;
        uint32_t pid = holder & ~WAITED_FOR;
        holder |= WAITED_FOR;
        if (sw_real.syscall(SYS_futex, lock, FUTEX_WAIT, holder, &LOCK_PATIENCE, NULL, 0) == 0 || errno != ETIMEDOUT) {
            attempts = 0;
            continue;
        }
        /* Another thread of this process lives as long as we do. */
        bool is_left = pid == 0 || (pid != self && sw_is_gone(pid)) || ++attempts == LOCK_ATTEMPTS;
        if (is_left && atomic_compare_exchange_strong(lock, &holder, taken))
            break;
    }
    errno = saved_errno;
}

void sw_network_unlock(struct sw_network *network, const sigset_t *mask) {
    int saved_errno = errno;
    _Atomic uint32_t *lock = &network->state->header.lock;
    uint32_t self = (uint32_t)getpid(), held = self;
    /* Not where it was taken from a process that was stopped for seconds. */
    while ((held & ~WAITED_FOR) == self && !atomic_compare_exchange_strong(lock, &held, 0))
        continue;
    if (held == (self | WAITED_FOR))
        sw_real.syscall(SYS_futex, lock, FUTEX_WAKE, 1, NULL, NULL, 0);
    pthread_sigmask(SIG_SETMASK, mask, NULL);
    errno = saved_errno;
}
