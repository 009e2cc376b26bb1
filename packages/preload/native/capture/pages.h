/* pages.h: the memory behind a ring, which costs more than what is stored in it unless it is asked for in the right pieces.
 *
 * The first time around, the file system makes each page when somebody comes to it; each process has to find each page once. One by one,
 * both are faults that take microseconds. So small events ask for the pages of many at once, and big ones are written with pwrite(2), which
 * makes pages without clearing them first. Who sends more than most gets pages of 2 MiB, if the kernel has them: they are made in less
 * time, and one fault finds them. From the second time around all is there, and where an earlier network has been, from the first. */
#ifndef SW_CAPTURE_PAGES_H
#define SW_CAPTURE_PAGES_H

#include "capture/ring.h"

/* Has the file system promise the ring up to `position`, so that no store meets a full one, which would be a SIGBUS. */
bool sw_pages_promise(struct sw_ring *ring, uint64_t position);

/* Makes stores to `size` bytes from `position` on cheap; they must have been promised. */
void sw_pages_map(struct sw_ring *ring, uint64_t position, uint64_t size);

/* Whether that has been done before, as for most small events. */
static inline bool sw_pages_are_ready(const struct sw_ring *ring, uint64_t position, uint64_t size) {
    uint64_t from = position & (ring->size - 1), stretch = from / SW_RING_STRETCH, end = position + size - ring->begin;
    uint64_t reserved = atomic_load_explicit(&ring->header->reserved, memory_order_relaxed);
    return (end <= reserved || reserved >= ring->size) && (from + size - 1) / SW_RING_STRETCH == stretch &&
           (atomic_load_explicit(&ring->mapped[stretch / 64], memory_order_relaxed) >> stretch % 64 & 1) != 0;
}

enum {
    SW_PAGES_BIG = 1 << 14,   /* from here on a system call costs less than the faults that it spares */
    SW_PAGES_LARGE = 1 << 21, /* of a large page: a multiple of it in the file, whose first one stays in small pages */
};

/* Whether bytes from `position` on are cheaper to write with sw_pages_write() than to store. */
static inline bool sw_pages_are_fresh(const struct sw_ring *ring, uint64_t position, uint64_t size) {
    uint64_t end = position + size - ring->begin;
    return size >= SW_PAGES_BIG && end <= ring->size && end > atomic_load_explicit(&ring->header->used, memory_order_relaxed);
}

/* Has large pages made for `size` bytes from `position` on, which are fresh, and for those behind them. Afterwards they are not fresh any more; false
 * when there are no such pages to be had, or when it is too early for them. errno is untouched. */
bool sw_pages_enlarge(struct sw_ring *ring, uint64_t position, uint64_t size);

/* Puts the bytes of `parts`, the program's memory, at `position`, and has them promised. False when the kernel could not read or keep them; errno is
 * untouched. */
bool sw_pages_write(struct sw_ring *ring, uint64_t position, const struct iovec *parts, size_t count, uint64_t size);

#endif
