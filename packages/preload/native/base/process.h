/* process.h: which process this is, and what is its alone.
 *
 * The child of a fork(2) has a copy of its parent's memory, but for one page that the kernel hands it empty (MADV_WIPEONFORK of
 * madvise(2)). What it must not take over from its parent is there. So nothing of ours has to run in a child, no memory is copied for
 * it, and a fork that libc knows nothing of is noticed like any other. */
#ifndef SW_BASE_PROCESS_H
#define SW_BASE_PROCESS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A lock that another thread held in the parent is free in the child. */
enum sw_process_lock { SW_LOCK_NETWORKS, SW_LOCK_TEXTS, SW_PROCESS_LOCKS };

/* All zeros is a process that has not been asked for its number. */
struct sw_own {
    _Atomic uint32_t id;
    _Atomic uint32_t sharings;
    pthread_mutex_t locks[SW_PROCESS_LOCKS]; /* zeros are what PTHREAD_MUTEX_INITIALIZER is, too */
};
extern struct sw_own *_Atomic sw_own; /* NULL until it is needed */

/* Called once, by the constructor. `begins` is called in each child as soon as it is noticed that it is one. */
void sw_process_start(void (*begins)(void));

uint32_t sw_process_begin(void);

/* The number of this process, asked for once: getpid(2) is a system call. In a child of vfork(2), whose memory is its parent's, the parent's. */
static inline uint32_t sw_process_id(void) {
    struct sw_own *own = atomic_load_explicit(&sw_own, memory_order_acquire);
    uint32_t id = own == NULL ? 0 : atomic_load_explicit(&own->id, memory_order_relaxed);
    return __builtin_expect(id != 0, 1) ? id : sw_process_begin();
}

/* False in a child of vfork(2): it must change nothing that we keep in memory. */
bool sw_process_is_self(void);

/* Descriptors of this process are about to be another's as well, by fork(2) or exec(2), or have just become so. */
void sw_process_shares(void);

/* How often that happened: a descriptor from before the last time may have holders elsewhere. */
uint32_t sw_process_sharings(void);

pthread_mutex_t *sw_process_lock(enum sw_process_lock lock);

#endif
