/* memory.h: whether a program's pointer leads anywhere. The kernel answers EFAULT where this library would fall over it. */
#ifndef SW_BASE_MEMORY_H
#define SW_BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A pointer that no program can mean: NULL, a small number, -1. Costs nothing. */
static inline bool sw_is_nowhere(const void *pointer) {
    enum { FIRST_PAGE = 4096 };
    return (intptr_t)pointer < FIRST_PAGE;
}

/* Whether `size` bytes begin somewhere. Of pages that are not the own stack's the kernel is asked, once each: who takes such a page away by hand and
 * passes a pointer to it afterwards is not told. Keeps errno. */
bool sw_is_readable(const void *pointer, size_t size);

/* Whether a place leads anywhere that may be smaller than its program says, and larger than what is to be stored there. */
static inline bool sw_begins_somewhere(const void *pointer, size_t size) {
    return sw_is_readable(pointer, size < sizeof(int) ? size : sizeof(int));
}

#endif
