#include "capture/ring.h"

#include "base/real.h"
#include "base/root.h"
#include "state/network.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

/* Asked of the file system at once: as much as there is, within these bounds, so that little traffic takes little memory. */
enum { EXTENT_MIN = 1 << 16, EXTENT_MAX = 1 << 20 };

static uint32_t aligned(uint64_t size) {
    return (uint32_t)((size + SW_EVENT_ALIGNMENT - 1) & ~(uint64_t)(SW_EVENT_ALIGNMENT - 1));
}

static void path_of(const char *directory, char path[PATH_MAX + 16]) {
    size_t length = strlen(directory);
    memcpy(path, directory, length);
    memcpy(path + length, "/.capture", sizeof "/.capture");
}

static int open_file(const char *directory, mode_t mode) {
    char path[PATH_MAX + 16];
    path_of(directory, path);
    int fd = openat(SW_AT(path), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, mode);
    if (fd < 0)
        return -errno;
    sw_network_give_to_owner(fd, directory);
    return fd;
}

/* The ring behind itself once more, in one reservation of addresses. */
static int map_twice(int fd, uint64_t size, uint8_t **data) {
    uint8_t *place = mmap(NULL, 2 * size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (place == MAP_FAILED)
        return -errno;
    for (int i = 0; i < 2; i++)
        if (mmap(place + (uint64_t)i * size, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED | MAP_NORESERVE, fd, SW_RING_HEADER) == MAP_FAILED) {
            int error = errno;
            munmap(place, 2 * size);
            return -error;
        }
    *data = place;
    return 0;
}

/* Each step may be repeated by anyone at any moment. */
static int prepare(int fd, struct sw_ring *ring, uint64_t size, uint32_t packet_limit) {
    struct stat status;
    if (fstat(fd, &status) != 0)
        return -errno;
    if (!S_ISREG(status.st_mode))
        return -EINVAL;
    /* The header is promised now: later, a full file system would be a SIGBUS. */
    if (status.st_size < SW_RING_HEADER && fallocate(fd, 0, 0, SW_RING_HEADER) != 0 &&
        (errno == ENOSPC || errno == EDQUOT || ftruncate(fd, SW_RING_HEADER) != 0))
        return -errno;
    struct sw_ring_header *header = mmap(NULL, SW_RING_HEADER, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (header == MAP_FAILED)
        return -errno;
    uint64_t expected = 0;
    if (atomic_load(&header->magic) == 0 && atomic_compare_exchange_strong(&header->size, &expected, size))
        atomic_store(&header->packet_limit, packet_limit);
    expected = 0;
    ring->header = header;
    ring->size = atomic_load(&header->size);
    int result = 0;
    if (!atomic_compare_exchange_strong(&header->magic, &expected, SW_RING_MAGIC) && expected != SW_RING_MAGIC)
        result = -EBADMSG;
    else if (ring->size < 65536 || (ring->size & (ring->size - 1)) != 0 || ring->size > SW_RING_MAX)
        result = -EBADMSG;
    else if (fstat(fd, &status) == 0 && status.st_size < (off_t)(SW_RING_HEADER + ring->size) &&
             ftruncate(fd, (off_t)(SW_RING_HEADER + ring->size)) != 0)
        result = -errno;
    else
        result = map_twice(fd, ring->size, &ring->data);
    if (result < 0)
        munmap(header, SW_RING_HEADER);
    return result;
}

int sw_ring_open(struct sw_ring *ring, const char *directory, mode_t mode, uint64_t size, uint32_t packet_limit) {
    int fd = open_file(directory, mode);
    if (fd < 0)
        return fd;
    int result = prepare(fd, ring, size, packet_limit);
    sw_real.close(fd);
    ring->directory = directory;
    return result;
}

void sw_ring_close(struct sw_ring *ring) {
    munmap(ring->data, 2 * ring->size);
    munmap(ring->header, SW_RING_HEADER);
}

void sw_ring_lost(struct sw_ring *ring, uint64_t bytes) {
    atomic_fetch_add(&ring->header->lost_events, 1);
    atomic_fetch_add(&ring->header->lost_bytes, bytes);
}

/* Has the file system promise the ring up to `end`, so that no store meets a full one, which would be a SIGBUS. */
static bool promise(struct sw_ring *ring, uint64_t end) {
    uint64_t reserved = atomic_load_explicit(&ring->header->reserved, memory_order_relaxed);
    if (end <= reserved || reserved >= ring->size)
        return true;
    int saved_errno = errno;
    uint64_t extent = reserved < EXTENT_MIN ? EXTENT_MIN : reserved > EXTENT_MAX ? EXTENT_MAX : reserved;
    uint64_t wanted = (end + extent - 1) / extent * extent;
    if (wanted > ring->size)
        wanted = ring->size;
    int fd = open_file(ring->directory, 0600);
    bool promised = fd >= 0;
    if (promised && fallocate(fd, FALLOC_FL_KEEP_SIZE, (off_t)(SW_RING_HEADER + reserved), (off_t)(wanted - reserved)) != 0)
        promised = errno != ENOSPC && errno != EDQUOT;
    if (fd >= 0)
        sw_real.close(fd);
    while (promised && reserved < wanted && !atomic_compare_exchange_weak(&ring->header->reserved, &reserved, wanted))
        ;
    errno = saved_errno;
    return promised;
}

/* Page faults one by one cost as much as the data; a stretch at a time they hardly show. Only the first time around. */
static void populate(struct sw_ring *ring, uint64_t end) {
    uint64_t stretch = ((end - 1) & (ring->size - 1)) / SW_RING_STRETCH, bit = 1ull << stretch % 64;
    if ((atomic_load_explicit(&ring->populated[stretch / 64], memory_order_relaxed) & bit) != 0)
        return;
    int saved_errno = errno;
    uint64_t from = stretch * SW_RING_STRETCH, to = from + SW_RING_STRETCH, reserved = atomic_load(&ring->header->reserved);
    if (to > reserved)
        to = reserved;
    if ((atomic_fetch_or(&ring->populated[stretch / 64], bit) & bit) == 0 && to > from)
        madvise(ring->data + from, to - from, MADV_POPULATE_WRITE);
    errno = saved_errno;
}

struct sw_ticket sw_ring_reserve(struct sw_ring *ring, uint32_t stored) {
    struct sw_ticket ticket = {.size = aligned(sizeof(struct sw_event) + (uint64_t)stored)};
    struct sw_ring_header *header = ring->header;
    if (ticket.size > ring->size / 2) {
        sw_ring_lost(ring, stored);
        return ticket;
    }
    ticket.position = atomic_fetch_add(&header->head, ticket.size);
    if (!promise(ring, ticket.position + ticket.size)) {
        sw_ring_lost(ring, stored);
        return ticket;
    }
    /* A big place pays for the call that makes its pages present; small ones would pay for pages they may never use. */
    if (ticket.size >= 16384)
        populate(ring, ticket.position + ticket.size);
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    ticket.event = sw_ring_at(ring, ticket.position);
    ticket.event->time = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
    ticket.event->size = ticket.size;
    atomic_store_explicit(&ticket.event->state, ticket.position | SW_EVENT_RESERVED, memory_order_release);
    return ticket;
}

/* Stores into a mapping wake nobody who watches the file. */
static void ring_doorbell(const struct sw_ring *ring) {
    int saved_errno = errno;
    char path[PATH_MAX + 16];
    path_of(ring->directory, path);
    utimensat(SW_AT(path), NULL, 0);
    errno = saved_errno;
}

void sw_ring_commit(struct sw_ring *ring, struct sw_ticket *ticket) {
    struct sw_event *event = ticket->event;
    uint32_t needed = aligned(sizeof *event + (uint64_t)event->stored);
    uint64_t end = ticket->position + ticket->size;
    if (needed < ticket->size && atomic_compare_exchange_strong(&ring->header->head, &end, ticket->position + needed))
        event->size = needed;
    bool is_event = event->kind != SW_EVENT_NOTHING;
    atomic_store(&event->state, ticket->position | SW_EVENT_COMPLETE);
    if (is_event && atomic_load_explicit(&ring->header->watched, memory_order_relaxed) != 0)
        ring_doorbell(ring);
}

void sw_ring_abandon(struct sw_ring *ring, struct sw_ticket *ticket) {
    ticket->event->kind = SW_EVENT_NOTHING;
    ticket->event->stored = ticket->event->length = 0;
    sw_ring_commit(ring, ticket);
}
