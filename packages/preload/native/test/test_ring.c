/* test_ring.c: the flight recorder: events of many threads, and around its end. */
#include "base/real.h"
#include "capture/packet.h"
#include "capture/pages.h"
#include "capture/readable.h"
#include "check.h"

#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PAGE = 4096, THREADS = 4, EVENTS = 200, LARGEST = 40000 };

static void open_ring(struct sw_ring *ring, uint64_t size) {
    unlink("ring.d/.capture");
    mkdir("ring.d", 0700);
    memset(ring, 0, sizeof *ring);
    CHECK_INT(sw_ring_open(ring, "ring.d", 0600, size, 0), 0);
}

static uint8_t byte_of(uint32_t number, size_t index) {
    return (uint8_t)(number * 31 + index * 7);
}

/* Records `length` bytes that tell `number`, in the way that a sender does. */
static struct sw_event *record(struct sw_ring *ring, uint32_t number, uint32_t length) {
    static __thread uint8_t data[LARGEST];
    bool fresh = false;
    struct sw_ticket ticket = sw_ring_reserve(ring, SW_EVENT_HEADER_IPV4 + (uint64_t)length, &fresh);
    if (ticket.event == NULL)
        return NULL;
    ticket.event->kind = SW_EVENT_SEGMENTS;
    ticket.event->family = 4;
    ticket.event->sequence = number;
    ticket.event->pid = (uint32_t)getpid();
    sw_ring_announce(&ticket);
    for (size_t i = 0; i < length; i++)
        data[i] = byte_of(number, i);
    struct iovec part = {data, length};
    if (fresh)
        sw_pages_write(ring, ticket.position + SW_EVENT_HEADER_IPV4, &part, 1, length);
    else
        memcpy(sw_event_data(ticket.event), data, length);
    ticket.event->stored = ticket.event->length = length;
    sw_ring_offer(&ticket);
    sw_ring_commit(ring, &ticket);
    return ticket.event;
}

static bool is_intact(const struct sw_event *event) {
    const uint8_t *data = sw_event_data(event);
    for (uint32_t i = 0; i < event->stored; i++)
        if (data[i] != byte_of(event->sequence, i))
            return false;
    return true;
}

static struct sw_ring shared;

static void *record_many(void *first) {
    uint32_t start = (uint32_t)(uintptr_t)first;
    for (uint32_t i = 0; i < EVENTS; i++)
        record(&shared, start + i, i % 5 == 0 ? LARGEST - i : i % 300);
    return NULL;
}

static void events_of_many_threads_stand_one_behind_the_other(void) {
    open_ring(&shared, 16 << 20);
    pthread_t threads[THREADS];
    for (uintptr_t i = 0; i < THREADS; i++)
        CHECK_INT(pthread_create(&threads[i], NULL, record_many, (void *)(i * 1000)), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    uint32_t next[THREADS] = {0};
    int events = 0;
    for (uint64_t at = 0; at < sw_ring_head(&shared); events++) {
        struct sw_event *event = sw_ring_at(&shared, at);
        CHECK_INT(atomic_load(&event->state), at | SW_EVENT_COMPLETE);
        CHECK(is_intact(event));
        CHECK_INT(event->sequence % 1000, next[event->sequence / 1000 % THREADS]++);
        at += event->size;
    }
    CHECK_INT(events, THREADS * EVENTS);
    sw_ring_close(&shared);
}

static void events_go_on_at_the_beginning_behind_the_end(void) {
    static struct sw_ring ring;
    open_ring(&ring, 65536);
    for (uint32_t i = 0; i < 500; i++) {
        struct sw_event *event = record(&ring, i, i * 37 % 30000);
        CHECK(event != NULL && is_intact(event));
    }
    CHECK(record(&ring, 0, 33000) == NULL);
    CHECK_INT(ring.header->lost_events, 1);
    sw_ring_close(&ring);
}

/* More than most send: the kernel is asked for large pages, which it has or not. */
static void events_stay_whole_when_their_pages_become_large_ones(void) {
    enum { SIZE = 32 << 20, SMALL = 100 };
    static struct sw_ring ring;
    open_ring(&ring, SIZE);
    for (uint32_t i = 0; sw_ring_head(&ring) < SIZE - LARGEST; i++) {
        CHECK(record(&ring, i, i % 3 == 0 ? SMALL : LARGEST - i % 64) != NULL);
        CHECK(ring.header->reserved >= sw_ring_head(&ring));
    }
    for (uint64_t at = 0; at < sw_ring_head(&ring); at += sw_ring_at(&ring, at)->size)
        CHECK(is_intact(sw_ring_at(&ring, at)));
    CHECK(ring.has_small_pages || ring.header->used == SIZE - SW_RING_HEADER);
    sw_ring_close(&ring);
}

static void a_place_that_was_not_needed_is_given_back(void) {
    static struct sw_ring ring;
    open_ring(&ring, 65536);
    struct sw_ticket ticket = sw_ring_reserve(&ring, SW_EVENT_HEADER_IPV4 + 1000, NULL);
    ticket.event->family = 4;
    sw_ring_abandon(&ring, &ticket);
    CHECK_INT(sw_ring_head(&ring), SW_EVENT_HEADER_IPV4);
    sw_ring_close(&ring);
}

static bool is_readable(void *from, size_t size) {
    struct iovec part = {from, size};
    return sw_readable(&part, 1);
}

static void memory_is_readable_or_not_to_the_byte(void) {
    uint8_t *pages = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(pages + 2 * PAGE, PAGE, PROT_NONE);
    munmap(pages + 3 * PAGE, PAGE);
    CHECK(is_readable(pages, 2 * PAGE));
    CHECK(is_readable(pages + 2 * PAGE - 1, 1));
    CHECK(is_readable(pages + 100, 0));
    CHECK(!is_readable(pages + 2 * PAGE - 1, 2));
    CHECK(!is_readable(pages + 2 * PAGE, 1));
    CHECK(!is_readable(pages + 3 * PAGE, 1));
    CHECK(!is_readable(NULL, 1));
    CHECK(!is_readable((void *)UINTPTR_MAX, 1));
    CHECK(!is_readable(pages, SIZE_MAX));
    munmap(pages, 3 * PAGE);
}

int main(void) {
    sw_real_load();
    RUN(events_of_many_threads_stand_one_behind_the_other);
    RUN(events_go_on_at_the_beginning_behind_the_end);
    RUN(events_stay_whole_when_their_pages_become_large_ones);
    RUN(a_place_that_was_not_needed_is_given_back);
    RUN(memory_is_readable_or_not_to_the_byte);
    return check_result();
}
