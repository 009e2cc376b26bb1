#include "base/process.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MADV_WIPEONFORK
#define MADV_WIPEONFORK 18
#endif

struct sw_own *_Atomic sw_own;

static void (*begins_as_child)(void);

/* Where the kernel cannot do it (before Linux 4.14, and in some emulators of it). */
static void wipe(void) {
    memset(atomic_load(&sw_own), 0, sizeof(struct sw_own));
}

static struct sw_own *own_memory(void) {
    static struct sw_own without_mapping;
    struct sw_own *own = atomic_load_explicit(&sw_own, memory_order_acquire), *nothing = NULL;
    if (own != NULL)
        return own;
    int saved_errno = errno;
    bool is_wiped = false;
    own = mmap(NULL, sizeof *own, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (own == MAP_FAILED)
        own = &without_mapping;
    else
        is_wiped = madvise(own, sizeof *own, MADV_WIPEONFORK) == 0;
    if (atomic_compare_exchange_strong(&sw_own, &nothing, own)) {
        if (!is_wiped)
            pthread_atfork(NULL, NULL, wipe);
    } else {
        if (own != &without_mapping)
            munmap(own, sizeof *own);
        own = nothing;
    }
    errno = saved_errno;
    return own;
}

void sw_process_start(void (*begins)(void)) {
    atomic_store(&own_memory()->id, (uint32_t)getpid());
    begins_as_child = begins;
}

uint32_t sw_process_begin(void) {
    uint32_t id = (uint32_t)getpid();
    if (atomic_exchange(&own_memory()->id, id) == 0 && begins_as_child != NULL)
        begins_as_child();
    return id;
}

bool sw_process_is_self(void) {
    return (uint32_t)getpid() == sw_process_id();
}

void sw_process_shares(void) {
    atomic_fetch_add(&own_memory()->sharings, 1);
}

uint32_t sw_process_sharings(void) {
    return atomic_load_explicit(&own_memory()->sharings, memory_order_relaxed);
}

pthread_mutex_t *sw_process_lock(enum sw_process_lock lock) {
    return &own_memory()->locks[lock];
}
