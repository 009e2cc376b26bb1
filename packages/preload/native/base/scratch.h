/* scratch.h: memory for the length of a call. Programs call sockets on threads and coroutines with little stack, 16 KiB and less, and in signal
 * handlers, where malloc(3) cannot be called. */
#ifndef SW_BASE_SCRATCH_H
#define SW_BASE_SCRATCH_H

#include <stddef.h>

/* `size` bytes, to be given back; NULL when there is no memory. Keep errno both. */
void *sw_scratch_take(size_t size);
void sw_scratch_give_back(void *scratch, size_t size);

/* Where bytes go that nobody looks at. All threads write there, over one another's. */
enum { SW_NOWHERE_SIZE = 65536 };
extern char sw_nowhere[SW_NOWHERE_SIZE];

#endif
