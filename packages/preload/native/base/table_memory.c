#include "base/table_memory.h"

#include <errno.h>
#include <sys/mman.h>

enum { RESERVED = 1 << 20, ALIGNMENT = 64 };

static char *_Atomic reserved;
static _Atomic size_t taken;

static void *map(size_t size) {
    int saved_errno = errno;
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    errno = saved_errno;
    return memory == MAP_FAILED ? NULL : memory;
}

/* NULL where even that cannot be mapped. */
static char *reserve(void) {
    char *memory = atomic_load_explicit(&reserved, memory_order_acquire), *nothing = NULL;
    if (memory != NULL)
        return memory;
    memory = map(RESERVED);
    if (memory == NULL || atomic_compare_exchange_strong(&reserved, &nothing, memory))
        return memory;
    munmap(memory, RESERVED);
    return nothing;
}

void *sw_memory_take(size_t size) {
    size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (size > RESERVED)
        return map(size);
    char *memory = reserve();
    if (memory == NULL)
        return NULL;
    size_t before = atomic_load(&taken);
    while (size <= RESERVED - before)
        if (atomic_compare_exchange_weak(&taken, &before, before + size))
            return memory + before;
    return map(size);
}

void *sw_memory_once(void *_Atomic *place, size_t size) {
    void *memory = atomic_load_explicit(place, memory_order_acquire), *nothing = NULL;
    if (memory != NULL)
        return memory;
    memory = sw_memory_take(size);
    /* Of two threads that come first, one has taken in vain. */
    return memory == NULL || atomic_compare_exchange_strong(place, &nothing, memory) ? memory : nothing;
}
