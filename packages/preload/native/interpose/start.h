/* start.h: makes the library ready, at the latest when its first function is called. */
#ifndef SW_INTERPOSE_START_H
#define SW_INTERPOSE_START_H

#include "base/real.h"

void sw_start_slow(void);

/* Other libraries' constructors may run before ours. */
static inline void sw_start(void) {
    if (__builtin_expect(sw_real.socket == NULL, 0))
        sw_start_slow();
}

#endif
