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

/* Whether `size` bytes begin somewhere. Asks the kernel where they are not on the own stack, by way of `socket`, which stays as it is: for calls
 * that move no data. Keeps errno. */
bool sw_is_readable(int socket, const void *pointer, size_t size);

#endif
