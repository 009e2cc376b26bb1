/* sandbox.h: whether this process has given up system calls with seccomp(2).
 *
 * Its filter was written for the calls that the program makes: for one of ours, such as sendmsg(2) for a write(2), the kernel may kill it.
 * From then on data moves by the very call that the program made, and the capture only counts it. */
#ifndef SW_INTERPOSE_SANDBOX_H
#define SW_INTERPOSE_SANDBOX_H

#include <stdbool.h>

bool sw_sandbox_is_on(void);

/* A filter may be set now: what is to be asked of the kernel has to be asked before. */
void sw_sandbox_begins(void);

/* A filter was accepted. The children have it as well. */
void sw_sandbox_entered(void);

#endif
