/* real.c: finds the functions of libc behind ours. */
#include "base/real.h"

#include "base/next.h"

#include <stdatomic.h>
#include <stddef.h>

struct sw_real sw_real;

/* Loading twice stores the same values twice, so threads that meet here need no lock, which could
 * deadlock with the dynamic linker's own. */
static atomic_bool loaded;

/* One after the other, as the members of the struct are. */
#define NAME(result, name, parameters) #name "\0"
static const char NAMES[] = SW_REAL_FUNCTIONS(NAME);
#define COUNT(result, name, parameters) +1
enum { FUNCTIONS = SW_REAL_FUNCTIONS(COUNT) };
enum { FCNTL = offsetof(struct sw_real, fcntl) / sizeof(void *), FCNTL64 = offsetof(struct sw_real, fcntl64) / sizeof(void *) };
_Static_assert(sizeof sw_real == FUNCTIONS * sizeof(void *), "sw_real has nothing but functions");

void sw_real_load(void) {
    if (atomic_load_explicit(&loaded, memory_order_acquire))
        return;

    void *functions[FUNCTIONS] = {NULL}, *_Atomic *members = (void *_Atomic *)&sw_real;
    sw_next_functions(NAMES, functions);
    if (functions[FCNTL64] == NULL)
        functions[FCNTL64] = functions[FCNTL];
    /* The first one comes last: it tells other threads that all are there (interpose/start.h). */
    for (unsigned i = FUNCTIONS; i-- > 0;)
        atomic_store_explicit(&members[i], functions[i], memory_order_release);
    atomic_store_explicit(&loaded, 1, memory_order_release);
}
