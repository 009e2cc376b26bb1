#include "state/watches.h"

#include "base/table_memory.h"

#include <stdatomic.h>
#include <stddef.h>

/* Most descriptors are in one epoll: its registration is found by the descriptor. The others share a list, which is searched. */
enum { PAGE_ENTRIES = 65536, PAGES = 64, MORE = 1024 };

/* The owner is 0 when nobody watches, else the number of the epoll plus one in the upper half and the events in the lower. */
struct entry {
    _Atomic uint64_t owner, data;
};
struct further {
    _Atomic int fd; /* plus one */
    struct entry entry;
};
/* A bit that no program can set: epoll(7) knows no such event. */
enum { MUTED = 1 << 26 };

typedef struct entry page_of_entries[PAGE_ENTRIES];
static void *_Atomic pages[PAGES]; /* each a page_of_entries */
static void *_Atomic more;        /* MORE of struct further */
static atomic_uint more_used; /* all entries of `more` in use are below this */
static atomic_int highest;    /* no descriptor above it is watched */

static struct entry *entry_at(int fd) {
    if (fd < 0 || fd >= PAGE_ENTRIES * PAGES)
        return NULL;
    page_of_entries *page = atomic_load_explicit(&pages[fd / PAGE_ENTRIES], memory_order_acquire);
    return page == NULL ? NULL : &(*page)[fd % PAGE_ENTRIES];
}

static struct entry *make_entry(int fd) {
    struct entry *entry = entry_at(fd);
    if (entry != NULL || fd < 0 || fd >= PAGE_ENTRIES * PAGES)
        return entry;
    return sw_memory_once(&pages[fd / PAGE_ENTRIES], sizeof(page_of_entries)) != NULL ? entry_at(fd) : NULL;
}

static int epoll_of(uint64_t owner) {
    return (int)(owner >> 32) - 1;
}

static uint64_t owner_of(const struct sw_watch *watch) {
    return ((uint64_t)watch->epoll + 1) << 32 | watch->event.events | (watch->muted ? MUTED : 0);
}

static bool get(const struct entry *entry, struct sw_watch *watch) {
    uint64_t owner = atomic_load_explicit(&entry->owner, memory_order_acquire);
    if (owner == 0)
        return false;
    *watch = (struct sw_watch){
        .epoll = epoll_of(owner),
        .muted = (owner & MUTED) != 0,
        .event = {.events = (uint32_t)owner & ~(uint32_t)MUTED, .data.u64 = atomic_load_explicit(&entry->data, memory_order_relaxed)},
    };
    return true;
}

static void put(struct entry *entry, const struct sw_watch *watch) {
    atomic_store_explicit(&entry->data, watch->event.data.u64, memory_order_relaxed);
    atomic_store_explicit(&entry->owner, owner_of(watch), memory_order_release);
}

/* The entry of `fd` and `epoll` in the list; -1 for any epoll. */
static struct further *find_further(int fd, int epoll, unsigned from) {
    struct further *list = atomic_load_explicit(&more, memory_order_acquire);
    for (unsigned i = from; i < atomic_load(&more_used); i++)
        if (atomic_load(&list[i].fd) == fd + 1 && (epoll < 0 || epoll_of(atomic_load(&list[i].entry.owner)) == epoll))
            return &list[i];
    return NULL;
}

static void raise_to(_Atomic int *limit, int value) {
    int before = atomic_load_explicit(limit, memory_order_relaxed);
    while (before < value && !atomic_compare_exchange_weak(limit, &before, value))
        ;
}

static void put_further(int fd, const struct sw_watch *watch) {
    struct further *found = find_further(fd, watch->epoll, 0), *list = sw_memory_once(&more, MORE * sizeof *list);
    for (unsigned i = 0; found == NULL && list != NULL && i < MORE; i++) {
        int nobody = 0;
        if (!atomic_compare_exchange_strong(&list[i].fd, &nobody, fd + 1))
            continue;
        found = &list[i];
        unsigned used = atomic_load(&more_used);
        while (used < i + 1 && !atomic_compare_exchange_weak(&more_used, &used, i + 1))
            ;
    }
    /* A list that is full leaves epoll(7)'s own answer. */
    if (found != NULL)
        put(&found->entry, watch);
}

void sw_watch_put(int fd, const struct sw_watch *watch) {
    struct entry *entry = make_entry(fd);
    if (entry == NULL)
        return;
    raise_to(&highest, fd);
    uint64_t owner = atomic_load(&entry->owner);
    if (owner == 0 || epoll_of(owner) == watch->epoll)
        put(entry, watch);
    else
        put_further(fd, watch);
}

static void clear_further(struct further *further) {
    atomic_store(&further->entry.owner, 0);
    atomic_store(&further->fd, 0);
}

void sw_watch_drop(int fd, int epoll) {
    struct entry *entry = entry_at(fd);
    if (entry == NULL)
        return;
    uint64_t owner = atomic_load(&entry->owner);
    if (owner != 0 && epoll_of(owner) == epoll) {
        atomic_store(&entry->owner, 0);
        return;
    }
    struct further *further = find_further(fd, epoll, 0);
    if (further != NULL)
        clear_further(further);
}

void sw_watch_forget(int fd) {
    struct entry *entry = entry_at(fd);
    if (entry == NULL || atomic_load_explicit(&entry->owner, memory_order_relaxed) == 0)
        return;
    atomic_store(&entry->owner, 0);
    struct further *further;
    while ((further = find_further(fd, -1, 0)) != NULL)
        clear_further(further);
}

bool sw_watch_next(int fd, unsigned *position, struct sw_watch *watch) {
    const struct entry *entry = entry_at(fd);
    if (entry == NULL)
        return false;
    if (*position == 0 && ++*position == 1 && get(entry, watch))
        return true;
    struct further *further;
    while ((further = find_further(fd, -1, *position - 1)) != NULL) {
        *position = (unsigned)(further - (struct further *)atomic_load(&more)) + 2;
        if (get(&further->entry, watch))
            return true;
    }
    return false;
}

static int find(int epoll, const uint64_t *data, int from, struct sw_watch *watch) {
    for (int fd = from < 0 ? 0 : from; fd <= atomic_load_explicit(&highest, memory_order_relaxed); fd++) {
        if (entry_at(fd) == NULL) {
            fd += PAGE_ENTRIES - 1 - fd % PAGE_ENTRIES;
            continue;
        }
        for (unsigned position = 0; sw_watch_next(fd, &position, watch);)
            if (watch->epoll == epoll && (data == NULL || watch->event.data.u64 == *data))
                return fd;
    }
    return -1;
}

int sw_watch_find(int epoll, uint64_t data, int from, struct sw_watch *watch) {
    return find(epoll, &data, from, watch);
}

int sw_watch_find_any(int epoll, int from, struct sw_watch *watch) {
    return find(epoll, NULL, from, watch);
}
