#include "capture/pages.h"

#include "base/own_file.h"
#include "base/real.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

enum {
    PAGE = 4096,
    /* Asked of the file system at once: as much as there is, within these bounds, so that little traffic takes little memory. */
    EXTENT_MIN = 1 << 14,
    EXTENT_MAX = 1 << 20,
};

static uint64_t page_behind(uint64_t position) {
    return (position + PAGE - 1) & ~(uint64_t)(PAGE - 1);
}

/* How far this network has come around: less than the ring's size the first time. */
static uint64_t way_to(const struct sw_ring *ring, uint64_t position) {
    return position - ring->begin;
}

/* Notes that the ring has been promised from a place at or before `from` up to `to`. */
static void advance(struct sw_ring *ring, uint64_t from, uint64_t to) {
    uint64_t reserved = atomic_load(&ring->header->reserved);
    while (reserved >= from && reserved < to && !atomic_compare_exchange_weak(&ring->header->reserved, &reserved, to))
        ;
}

bool sw_pages_promise(struct sw_ring *ring, uint64_t position) {
    uint64_t end = way_to(ring, position);
    uint64_t reserved = atomic_load_explicit(&ring->header->reserved, memory_order_relaxed);
    if (end <= reserved || reserved >= ring->size)
        return true;
    int saved_errno = errno;
    uint64_t extent = reserved < EXTENT_MIN ? EXTENT_MIN : reserved > EXTENT_MAX ? EXTENT_MAX : reserved;
    uint64_t wanted = (end + extent - 1) / extent * extent;
    if (wanted > ring->size)
        wanted = ring->size;
    int fd = sw_ring_file(ring->directory);
    bool promised = fd >= 0;
    if (promised && fallocate(fd, FALLOC_FL_KEEP_SIZE, (off_t)(SW_RING_HEADER + reserved), (off_t)(wanted - reserved)) != 0)
        promised = errno != ENOSPC && errno != EDQUOT;
    if (fd >= 0)
        sw_real.close(fd);
    if (promised)
        advance(ring, 0, wanted);
    errno = saved_errno;
    return promised;
}

/* A stretch that was written to before: a read maps the 64 KiB around it (fault_around_bytes of the kernel), a store one page. */
static void touch(const struct sw_ring *ring, uint64_t offset) {
    (void)*(const volatile uint8_t *)(ring->data + offset);
}

static void populate(const struct sw_ring *ring, uint64_t offset) {
    uint64_t end = offset + SW_RING_STRETCH, reserved = atomic_load(&ring->header->reserved);
    if (end > reserved)
        end = reserved;
    if (end <= offset)
        return;
    int saved_errno = errno;
    madvise(ring->data + offset, end - offset, MADV_POPULATE_WRITE);
    errno = saved_errno;
}

void sw_pages_map(struct sw_ring *ring, uint64_t position, uint64_t size) {
    bool is_first_time = way_to(ring, position) < ring->size;
    /* The mapping goes on behind the ring's end, with pages of its own in this process's tables. */
    uint64_t from = position & (ring->size - 1), stretch = from / SW_RING_STRETCH, last = (from + size - 1) / SW_RING_STRETCH;
    for (; stretch <= last; stretch++) {
        uint64_t bit = 1ull << stretch % 64, offset = stretch * SW_RING_STRETCH;
        if ((atomic_load_explicit(&ring->mapped[stretch / 64], memory_order_relaxed) & bit) != 0)
            continue;
        if ((atomic_fetch_or_explicit(&ring->mapped[stretch / 64], bit, memory_order_relaxed) & bit) != 0)
            continue;
        if (is_first_time && offset + SW_RING_STRETCH > ring->used)
            populate(ring, offset);
        else
            touch(ring, offset);
    }
}

bool sw_pages_write(struct sw_ring *ring, uint64_t position, const struct iovec *parts, size_t count, uint64_t size) {
    int saved_errno = errno;
    uint64_t offset = way_to(ring, position);
    int fd = sw_ring_file(ring->directory);
    bool written = fd >= 0 && sw_own_file_write(fd, parts, count, (off_t)(SW_RING_HEADER + offset)) == (ssize_t)size;
    if (fd >= 0)
        sw_real.close(fd);
    if (written)
        advance(ring, offset, page_behind(offset + size));
    errno = saved_errno;
    return written;
}
