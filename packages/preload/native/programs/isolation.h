/* isolation.h: a process without IP sockets of its own.
 *
 * For programs that the library cannot be loaded into: what they start with would be the real network. */
#ifndef SW_PROGRAMS_ISOLATION_H
#define SW_PROGRAMS_ISOLATION_H

#include "programs/image.h"

/* From here on the kernel refuses IP sockets to the calling thread, and to all that it starts: socket(2) fails with EACCES, and
 * io_uring_setup(2) with EPERM, since a ring can make sockets too. Nothing else changes; redirected sockets are Unix sockets. A filter of
 * seccomp(2), which no program can take off again. 0, also when it is in force already, or a negative errno of seccomp(2).
 * Async-signal-safe; errno is untouched. */
int sw_isolate(void);

/* The same, said in the log, when `image` is what the library cannot be loaded into; `name` is the program's. A negative errno is what the
 * program must not be started with. */
int sw_isolation_for(enum sw_image image, const char *name);

#endif
