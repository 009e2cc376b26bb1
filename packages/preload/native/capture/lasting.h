/* lasting.h: memory that stays where it is for as long as the program can speak of it: its static data, its heap, the stack of the thread.
 *
 * Asking the kernel whether memory can be read costs a good part of what a small send does, and most sends are from here. Who unmaps these by
 * hand and sends from them nevertheless is not told EFAULT but ended: docs/limits.md. */
#ifndef SW_CAPTURE_LASTING_H
#define SW_CAPTURE_LASTING_H

#include <stdbool.h>
#include <stdint.h>

/* Whether all from `from` up to `to`, which is behind it, is such memory. Async-signal-safe; errno is untouched. */
bool sw_is_lasting(uintptr_t from, uintptr_t to);

#endif
