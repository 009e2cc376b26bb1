#include "capture/ring.h"

#include "base/clock.h"
#include "base/own_file.h"
#include "base/real.h"
#include "base/root.h"
#include "capture/pages.h"
#include "state/files.h"
#include "state/network.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const char FILE_NAME[] = ".capture", INHERITED_NAME[] = ".recorder";

static uint32_t aligned(uint64_t size) {
    return (uint32_t)((size + SW_EVENT_ALIGNMENT - 1) & ~(uint64_t)(SW_EVENT_ALIGNMENT - 1));
}

void sw_ring_inherit(const char *directory) {
    enum { NO_REPLACE = 1 }; /* RENAME_NOREPLACE of linux/fs.h, which not all have */
    char inherited[sw_network_own_path_size(directory)], path[sw_network_own_path_size(directory)];
    int saved_errno = errno;
    sw_network_own_path(directory, INHERITED_NAME, inherited);
    sw_network_own_path(directory, FILE_NAME, path);
    /* Whoever else comes at this moment does the same. */
    sw_real.syscall(SYS_renameat2, SW_AT(inherited), SW_AT(path), NO_REPLACE);
    errno = saved_errno;
}

static int make_file(const char *directory, mode_t mode) {
    char path[sw_network_own_path_size(directory)];
    sw_network_own_path(directory, FILE_NAME, path);
    int fd = sw_own_file_open(path, O_RDWR | O_CREAT | O_NOFOLLOW, mode);
    if (fd < 0)
        return -errno;
    sw_network_give_to_owner(fd, directory);
    return fd;
}

int sw_ring_file(const char *directory) {
    char path[sw_network_own_path_size(directory)];
    sw_network_own_path(directory, FILE_NAME, path);
    int fd = sw_own_file_open(path, O_RDWR | O_NOFOLLOW, 0);
    return fd < 0 ? -errno : fd;
}

/* The ring behind itself once more, in one reservation of addresses. What is a multiple of a large page in the file is one in memory. */
static int map_twice(int fd, uint64_t size, uint8_t **data) {
    uint8_t *room = mmap(NULL, 2 * size + SW_PAGES_LARGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (room == MAP_FAILED)
        return -errno;
    size_t before = (SW_RING_HEADER - (uintptr_t)room) & (SW_PAGES_LARGE - 1);
    uint8_t *place = room + before;
    if (before > 0)
        munmap(room, before);
    if (before < SW_PAGES_LARGE)
        munmap(place + 2 * size, SW_PAGES_LARGE - before);
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
static int prepare(int fd, mode_t mode, struct sw_ring *ring, uint64_t size, uint32_t packet_limit) {
    struct stat status;
    if (fstat(fd, &status) != 0)
        return -errno;
    if (!S_ISREG(status.st_mode))
        return -EINVAL;
    if (status.st_size < SW_RING_HEADER)
        sw_own_file_keep_rights(fd, status.st_mode, mode);
    /* The header is promised now: later, a full file system would be a SIGBUS. */
    if (status.st_size < SW_RING_HEADER && sw_own_file_allocate(fd, SW_RING_HEADER) != 0 &&
        (errno == ENOSPC || errno == EDQUOT || sw_own_file_lengthen(fd, SW_RING_HEADER) != 0))
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
    ring->begin = atomic_load(&header->begin);
    int result = 0;
    if (!atomic_compare_exchange_strong(&header->magic, &expected, SW_RING_MAGIC) && expected != SW_RING_MAGIC)
        result = -EBADMSG;
    else if (!sw_ring_size_is_sound(ring->size) || ring->begin % ring->size != 0 || atomic_load(&header->used) > ring->size)
        result = -EBADMSG;
    else if (fstat(fd, &status) == 0 && status.st_size < (off_t)(SW_RING_HEADER + ring->size) &&
             sw_own_file_lengthen(fd, (off_t)(SW_RING_HEADER + ring->size)) != 0)
        result = -errno;
    else
        result = map_twice(fd, ring->size, &ring->data);
    if (result < 0)
        munmap(header, SW_RING_HEADER);
    return result;
}

int sw_ring_open(struct sw_ring *ring, const char *directory, mode_t mode, uint64_t size, uint32_t packet_limit) {
    int fd = make_file(directory, mode);
    if (fd < 0)
        return fd;
    int result = prepare(fd, mode, ring, size, packet_limit);
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

/* Makes the pages ready that an event at `position` stores to. Of one that is written with sw_pages_write() that is the header, in a single page,
 * which one fault makes for less. */
static bool prepare_pages(struct sw_ring *ring, uint64_t position, uint32_t size, bool is_fresh) {
    if (!is_fresh && sw_pages_are_ready(ring, position, size))
        return true;
    if (!sw_pages_promise(ring, position + (is_fresh ? SW_EVENT_HEADER_IPV6 : size)))
        return false;
    if (!is_fresh)
        sw_pages_map(ring, position, size);
    return true;
}

struct sw_ticket sw_ring_reserve(struct sw_ring *ring, uint64_t size, bool *fresh) {
    struct sw_ring_header *header = ring->header;
    struct sw_ticket ticket = {.size = aligned(size)};
    if (size > ring->size / 2) {
        sw_ring_lost(ring, size);
        return ticket;
    }
    /* All that takes time comes before the place is taken, where it will most probably be: readers stop in front of a place that says nothing of
     * itself, and if its process were killed there, they could not know. */
    uint64_t probable = sw_ring_head(ring);
    bool is_fresh = fresh != NULL && sw_pages_are_fresh(ring, probable, ticket.size) && !sw_pages_enlarge(ring, probable, ticket.size);
    if (!prepare_pages(ring, probable, ticket.size, is_fresh)) {
        sw_ring_lost(ring, size);
        return ticket;
    }
    uint64_t now = sw_clock_ns(CLOCK_REALTIME);
    ticket.position = atomic_fetch_add(&header->head, ticket.size);
    if (ticket.position != probable) {
        is_fresh = fresh != NULL && sw_pages_are_fresh(ring, ticket.position, ticket.size);
        if (!prepare_pages(ring, ticket.position, ticket.size, is_fresh)) {
            sw_ring_lost(ring, size);
            return ticket;
        }
    }
    if (fresh != NULL)
        *fresh = is_fresh;
    ticket.event = sw_ring_at(ring, ticket.position);
    ticket.event->time = now;
    ticket.event->size = ticket.size;
    return ticket;
}

/* Stores into a mapping wake nobody who watches the file. */
static void ring_doorbell(const struct sw_ring *ring) {
    int saved_errno = errno;
    char path[sw_network_own_path_size(ring->directory)];
    sw_network_own_path(ring->directory, FILE_NAME, path);
    utimensat(SW_AT(path), NULL, 0);
    errno = saved_errno;
}

void sw_ring_commit(struct sw_ring *ring, struct sw_ticket *ticket) {
    struct sw_event *event = ticket->event;
    uint32_t needed = aligned(sw_event_header(event->family == 4) + (uint64_t)event->stored);
    uint64_t end = ticket->position + ticket->size;
    if (needed < ticket->size && atomic_compare_exchange_strong(&ring->header->head, &end, ticket->position + needed))
        event->size = ticket->size = needed;
    bool is_event = event->kind != SW_EVENT_NOTHING;
    /* In the strictest order: data that was copied past the caches comes before it (capture/copy.h). */
    atomic_store(&event->state, ticket->position | SW_EVENT_COMPLETE);
    /* From here on the place may be somebody else's. */
    __builtin_prefetch(sw_ring_at(ring, ticket->position + ticket->size), 1);
    if (is_event && atomic_load_explicit(&ring->header->watched, memory_order_relaxed) != 0)
        ring_doorbell(ring);
}

void sw_ring_abandon(struct sw_ring *ring, struct sw_ticket *ticket) {
    ticket->event->kind = SW_EVENT_NOTHING;
    ticket->event->stored = ticket->event->length = 0;
    sw_ring_commit(ring, ticket);
}
