#include "state/records.h"

#include "base/real.h"
#include "base/root.h"
#include "base/unix_inodes.h"
#include "state/endpoint_index.h"
#include "state/promised.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef SO_COOKIE
#define SO_COOKIE 57
#endif

uint64_t sw_cookie_of(int fd) {
    int saved_errno = errno;
    uint64_t cookie = 0;
    socklen_t length = sizeof cookie;
    if (sw_real.getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &length) != 0)
        cookie = 0;
    else
        cookie++;
    errno = saved_errno;
    return cookie;
}

unsigned sw_record_slot(const struct sw_network *network, const struct sw_record *record) {
    return (unsigned)(record - network->state->records);
}

/* Where a cookie's record may be: two pages of each region, and any page of the last one. Cookies are handed out nearly in order, so
 * neighbours in time share a page; a network of a few sockets stays within the first region however many come and go. */
static const struct {
    unsigned first, pages;
} REGIONS[] = {{0, 64}, {64, 256}, {320, 1024}, {1344, 4096}, {5440, SW_PAGE_COUNT - 5440}};
enum { REGION_COUNT = sizeof REGIONS / sizeof *REGIONS, PROBES = 2 };

/* Walks over the pages for `cookie`: start with 0 and 0. False at the end. */
struct walk {
    unsigned region, probe;
};

static bool next_page(struct walk *walk, uint64_t cookie, unsigned *page) {
    while (walk->region < REGION_COUNT) {
        unsigned pages = REGIONS[walk->region].pages;
        unsigned most = walk->region == REGION_COUNT - 1 ? pages : PROBES;
        if (walk->probe < most) {
            *page = REGIONS[walk->region].first + (unsigned)((cookie / SW_RECORDS_PER_PAGE + walk->probe++) % pages);
            return true;
        }
        walk->region++;
        walk->probe = 0;
    }
    return false;
}

/* Has the page promised before the first record in it is used. */
static bool reserve_page(struct sw_network *network, unsigned page) {
    _Atomic uint8_t *used = &network->state->header.used_pages[page / 8];
    uint8_t bit = (uint8_t)(1u << page % 8);
    if ((atomic_load_explicit(used, memory_order_relaxed) & bit) != 0)
        return true;
    struct sw_record *records = &network->state->records[page * SW_RECORDS_PER_PAGE];
    if (!sw_promise_pages(network, records, SW_RECORDS_PER_PAGE * sizeof *records))
        return false;
    atomic_fetch_or(used, bit);
    return true;
}

bool sw_records_are_in_use(const struct sw_network *network) {
    const struct sw_header *header = &network->state->header;
    const _Atomic uint64_t *words = (const _Atomic uint64_t *)header->used_pages;
    for (unsigned i = 0; i < sizeof header->used_pages / (sizeof *words); i++)
        if (atomic_load_explicit(&words[i], memory_order_relaxed) != 0)
            return true;
    return false;
}

static struct sw_record *claim_in_page(struct sw_network *network, unsigned page, uint64_t cookie) {
    for (unsigned i = 0; i < SW_RECORDS_PER_PAGE; i++) {
        struct sw_record *record = &network->state->records[page * SW_RECORDS_PER_PAGE + i];
        uint64_t found = atomic_load_explicit(&record->cookie, memory_order_relaxed);
        if (found > SW_COOKIE_DELETED || !atomic_compare_exchange_strong(&record->cookie, &found, cookie))
            continue;
        /* All but the cookie, and the page's mark, which others may set meanwhile. */
        enum { MARK = offsetof(struct sw_record, overflow), BEHIND = MARK + sizeof record->overflow };
        memset((char *)record + sizeof record->cookie, 0, MARK - sizeof record->cookie);
        memset((char *)record + BEHIND, 0, sizeof *record - BEHIND);
        return record;
    }
    return NULL;
}

/* A bit per hash of the inode of a socket that is there: a ghost may be kept by a clash. */
enum { LIVE_WORDS = 1 << 16, LIVE_SIZE = LIVE_WORDS * sizeof(uint64_t) };

static void note_live(void *live, uint64_t inode) {
    ((uint64_t *)live)[inode / 64 % LIVE_WORDS] |= 1ull << inode % 64;
}

/* A process of another network namespace has its sockets in a list that we cannot see. */
static bool is_out_of_sight(uint32_t pid) {
    char path[64], own[64] = "", other[64] = "";
    snprintf(path, sizeof path, "/proc/%u/ns/net", (unsigned)pid);
    if (readlinkat(SW_AT("/proc/self/ns/net"), own, sizeof own - 1) < 0)
        return true;
    if (readlinkat(SW_AT(path), other, sizeof other - 1) < 0)
        return errno != ENOENT;
    return strcmp(own, other) != 0;
}

struct suspect {
    uint64_t cookie;
    uint64_t slot;
};

/* Frees the records whose sockets are gone without a close that we saw.
 *
 * The list of sockets is read while others make and bind some. One that is made meanwhile may be missing, so only records from before
 * are suspects; bind(2) moves a socket within the list, once in its life, so a suspect has to be missing twice. */
static void free_ghosts(struct sw_network *network) {
    size_t size = SW_RECORD_COUNT * sizeof(struct suspect), count = 0;
    uint8_t *memory = mmap(NULL, LIVE_SIZE + size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        return;
    uint64_t *live = (uint64_t *)memory;
    struct suspect *suspects = (struct suspect *)(memory + LIVE_SIZE);
    for (unsigned page = 0; page < SW_PAGE_COUNT; page++) {
        if ((network->state->header.used_pages[page / 8] >> page % 8 & 1) == 0)
            continue;
        for (unsigned slot = page * SW_RECORDS_PER_PAGE; slot < (page + 1) * SW_RECORDS_PER_PAGE; slot++) {
            uint64_t cookie = atomic_load(&network->state->records[slot].cookie);
            if (cookie > SW_COOKIE_DELETED && network->state->records[slot].inode != 0)
                suspects[count++] = (struct suspect){cookie, slot};
        }
    }
    for (int look = 0; look < 2 && count > 0; look++) {
        memset(live, 0, LIVE_SIZE);
        size_t left = 0;
        bool is_whole = sw_unix_inodes(note_live, live);
        for (size_t i = 0; is_whole && i < count; i++) {
            uint64_t inode = network->state->records[suspects[i].slot].inode;
            if ((live[inode / 64 % LIVE_WORDS] >> inode % 64 & 1) == 0)
                suspects[left++] = suspects[i];
        }
        count = left;
    }
    for (size_t i = 0; i < count; i++) {
        struct sw_record *record = &network->state->records[suspects[i].slot];
        if (atomic_load(&record->cookie) == suspects[i].cookie && !is_out_of_sight(record->pid))
            sw_record_free(network, record);
    }
    munmap(memory, LIVE_SIZE + size);
}

/* Whether to look for ghosts once more when the pages nearest to a socket were full for the `count`th time. A look costs as much as there are
 * sockets on the machine, so a network that is full of live ones is looked at less and less often. */
static bool is_sweep_due(uint32_t count) {
    enum { FIRST = 512, RAREST = 16384 };
    if (count >= RAREST)
        return count % RAREST == 0;
    return count == 0 || (count >= FIRST && (count & (count - 1)) == 0);
}

struct sw_record *sw_record_create(struct sw_network *network, uint64_t cookie) {
    struct walk walk = {0, 0};
    unsigned page;
    while (next_page(&walk, cookie, &page)) {
        if (!reserve_page(network, page))
            return NULL;
        struct sw_record *record = claim_in_page(network, page, cookie);
        if (record != NULL)
            return record;
        atomic_store(&network->state->records[page * SW_RECORDS_PER_PAGE].overflow, 1);
        /* Many sockets, or many ghosts: those of processes that ended without a word. */
        if (walk.region == 0 && walk.probe == PROBES && is_sweep_due(atomic_fetch_add(&network->state->header.crowded, 1))) {
            free_ghosts(network);
            record = claim_in_page(network, page, cookie);
            if (record != NULL)
                return record;
        }
    }
    return NULL;
}

struct sw_record *sw_record_find(struct sw_network *network, uint64_t cookie) {
    if (cookie <= SW_COOKIE_DELETED)
        return NULL;
    struct walk walk = {0, 0};
    unsigned page;
    while (next_page(&walk, cookie, &page)) {
        if ((network->state->header.used_pages[page / 8] >> page % 8 & 1) == 0)
            return NULL;
        struct sw_record *records = &network->state->records[page * SW_RECORDS_PER_PAGE];
        for (unsigned k = 0; k < SW_RECORDS_PER_PAGE; k++)
            if (atomic_load_explicit(&records[k].cookie, memory_order_acquire) == cookie)
                return &records[k];
        if (atomic_load_explicit(&records[0].overflow, memory_order_relaxed) == 0)
            return NULL;
    }
    return NULL;
}

struct sw_record *sw_record_peer(const struct sw_network *network, const struct sw_record *record) {
    uint64_t cookie = atomic_load(&record->peer_cookie);
    if (cookie == 0)
        return NULL;
    struct sw_record *peer = sw_record_at(network, atomic_load(&record->peer_slot));
    return peer != NULL && atomic_load(&peer->cookie) == cookie ? peer : NULL;
}

void sw_record_free(struct sw_network *network, struct sw_record *record) {
    sw_endpoint_remove_all(network, record);
    atomic_store(&record->flags, 0);
    atomic_store_explicit(&record->cookie, SW_COOKIE_DELETED, memory_order_release);
}
