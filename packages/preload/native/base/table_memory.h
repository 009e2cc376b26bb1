/* table_memory.h: zeroed memory for tables, from the moment when they are needed.
 *
 * It is taken from one mapping, as long as that lasts. A fork(2) copies every mapping and every page that has been written, so what a process
 * does not use costs it nothing, and what it does use shares pages. No function here takes a lock, calls malloc(3) or changes errno. */
#ifndef SW_BASE_TABLE_MEMORY_H
#define SW_BASE_TABLE_MEMORY_H

#include <stdatomic.h>
#include <stddef.h>

/* `size` zero bytes for the rest of the process's life, aligned for anything; NULL when there is no memory. */
void *sw_memory_take(size_t size);

/* The memory at `place`: `size` zero bytes that the first caller has put there. NULL when there is no memory. */
void *sw_memory_once(void *_Atomic *place, size_t size);

#endif
