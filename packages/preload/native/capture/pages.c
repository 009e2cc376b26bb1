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
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

enum {
    PAGE = 4096,
    /* Asked of the file system at once: as much as there is, within these bounds, so that little traffic takes little memory. */
    EXTENT_MIN = 1 << 14,
    EXTENT_MAX = 1 << 20,
    /* Made of large pages at once: as much as there is, within this bound, since asking has a price of its own. */
    ENLARGED_MAX = 1 << 23,
};

static uint64_t page_behind(uint64_t position) {
    return (position + PAGE - 1) & ~(uint64_t)(PAGE - 1);
}

/* How far this network has come around: less than the ring's size the first time. */
static uint64_t way_to(const struct sw_ring *ring, uint64_t position) {
    return position - ring->begin;
}

/* Raises a field of the header that is at least `from` to `to`. */
static void raise_to(_Atomic uint64_t *field, uint64_t from, uint64_t to) {
    uint64_t value = atomic_load(field);
    while (value >= from && value < to && !atomic_compare_exchange_weak(field, &value, to))
        ;
}

/* Notes that the ring has been promised from a place at or before `from` up to `to`. */
static void advance(struct sw_ring *ring, uint64_t from, uint64_t to) {
    raise_to(&ring->header->reserved, from, to);
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

/* Makes a page at the beginning of each large one: where there is none at all, the kernel puts nothing together. */
static bool make_first_pages(const struct sw_ring *ring, uint64_t from, uint64_t to) {
    int fd = sw_ring_file(ring->directory);
    if (fd < 0)
        return false;
    bool made = true;
    for (; made && from < to; from += SW_PAGES_LARGE)
        made = fallocate(fd, FALLOC_FL_KEEP_SIZE, (off_t)from, PAGE) == 0;
    sw_real.close(fd);
    return made;
}

/* `from` and `to` are places in the file. */
static bool enlarge(struct sw_ring *ring, uint64_t from, uint64_t to) {
    int saved_errno = errno;
    bool enlarged = sw_pages_promise(ring, ring->begin + from - SW_RING_HEADER) && make_first_pages(ring, from, to) &&
                    madvise(ring->data + from - SW_RING_HEADER, to - from, MADV_COLLAPSE) == 0;
    errno = saved_errno;
    return enlarged;
}

bool sw_pages_enlarge(struct sw_ring *ring, uint64_t position, uint64_t size) {
    const uint64_t large = ~(uint64_t)(SW_PAGES_LARGE - 1);
    uint64_t from = (SW_RING_HEADER + way_to(ring, position + size)) & large, end = (SW_RING_HEADER + ring->size) & large;
    if (from == 0 || from >= end || atomic_load_explicit(&ring->has_small_pages, memory_order_relaxed))
        return false;
    uint64_t length = from < ENLARGED_MAX ? from : ENLARGED_MAX, to = length < end - from ? from + length : end;
    if (!enlarge(ring, from, to)) {
        atomic_store_explicit(&ring->has_small_pages, true, memory_order_relaxed);
        return false;
    }
    advance(ring, 0, to - SW_RING_HEADER);
    raise_to(&ring->header->used, 0, to - SW_RING_HEADER);
    return true;
}

/* A stretch whose pages are there: a read maps the 64 KiB around it (fault_around_bytes of the kernel), a store one page. Such pieces do not end
 * where stretches do. What is read means nothing, so whoever stores there meanwhile is in nobody's way. */
static __attribute__((no_sanitize("thread"))) void touch(const struct sw_ring *ring, uint64_t offset) {
    (void)*(const volatile uint8_t *)(ring->data + offset);
    (void)*(const volatile uint8_t *)(ring->data + offset + SW_RING_STRETCH - 1);
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
        if (is_first_time && offset + SW_RING_STRETCH > atomic_load_explicit(&ring->header->used, memory_order_relaxed))
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
