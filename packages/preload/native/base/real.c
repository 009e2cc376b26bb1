/* real.c: finds the functions of libc behind ours. */
#include "base/real.h"

#include <dlfcn.h>
#include <stdatomic.h>

struct sw_real sw_real;

/* Loading twice stores the same values twice, so threads that meet here need no lock, which could
 * deadlock with the dynamic linker's own. */
static atomic_bool loaded;

void sw_real_load(void) {
    if (atomic_load_explicit(&loaded, memory_order_acquire))
        return;

#define SW_REAL_LOAD(result, name, parameters)                                                     \
    *(void **)(&sw_real.name) = dlsym(RTLD_NEXT, #name);
    SW_REAL_FUNCTIONS(SW_REAL_LOAD)
#undef SW_REAL_LOAD
    if (sw_real.fcntl64 == NULL)
        sw_real.fcntl64 = sw_real.fcntl;
    atomic_store_explicit(&loaded, 1, memory_order_release);
}
