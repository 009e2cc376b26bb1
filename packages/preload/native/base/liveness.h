/* liveness.h: whether a process that left its number somewhere can still come back for what it left. */
#ifndef SW_BASE_LIVENESS_H
#define SW_BASE_LIVENESS_H

#include <stdbool.h>
#include <stdint.h>

/* Whether the process has ended, or waits to be reaped by a parent that may be waiting for us. Numbers that are no process's are gone.
 * May change errno. */
bool sw_is_gone(uint32_t pid);

#endif
