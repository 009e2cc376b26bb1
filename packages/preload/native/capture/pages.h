/* pages.h: the memory behind a ring, which costs more than what is stored in it unless it is asked for in the right pieces.
 *
 * The first time around, the file system makes each page when somebody comes to it; each process has to find each page once. One by one,
 * both are faults that take microseconds. So small events ask for the pages of many at once, and big ones are written with pwrite(2), which
 * makes pages without clearing them first. From the second time around all is there, and where an earlier network has been, from the first. */
#ifndef SW_CAPTURE_PAGES_H
#define SW_CAPTURE_PAGES_H

#include "capture/ring.h"

/* Has the file system promise the ring up to `position`, so that no store meets a full one, which would be a SIGBUS. */
bool sw_pages_promise(struct sw_ring *ring, uint64_t position);

/* Makes stores to `size` bytes from `position` on cheap; they must have been promised. */
void sw_pages_map(struct sw_ring *ring, uint64_t position, uint64_t size);

/* Whether bytes from `position` on are cheaper to write with sw_pages_write() than to store. */
bool sw_pages_are_fresh(const struct sw_ring *ring, uint64_t position, uint64_t size);

/* Puts the bytes of `parts`, the program's memory, at `position`, and has them promised. False when the kernel could not read or keep them; errno is
 * untouched. */
bool sw_pages_write(struct sw_ring *ring, uint64_t position, const struct iovec *parts, size_t count, uint64_t size);

#endif
