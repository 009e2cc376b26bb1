#include "state/fd_table.h"

#include "base/directory_entry.h"
#include "base/real.h"
#include "base/root.h"
#include "base/table_memory.h"
#include "state/watches.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* An entry: bit 0 set for a socket of ours, 15 bits of the network's index, 18 of the record's, 30 of the cookie. 0 is
 * nothing known. */
enum { NETWORK_SHIFT = 1, SLOT_SHIFT = 16, COOKIE_SHIFT = 34 };
#define COOKIE_MASK 0x3fffffffull

void *_Atomic sw_fd_pages[SW_FD_PAGES];
static atomic_uint sockets_open;
/* No entry above it was ever used. */
static atomic_int highest = -1;

static bool is_in_range(int fd) {
    return (unsigned)fd < SW_FD_PAGE_ENTRIES * SW_FD_PAGES;
}

static _Atomic uint64_t *entry_in(sw_fd_page *page, int fd) {
    return page == NULL ? NULL : &(*page)[(unsigned)fd % SW_FD_PAGE_ENTRIES];
}

static void *_Atomic *place_of_page(int fd) {
    return &sw_fd_pages[(unsigned)fd / SW_FD_PAGE_ENTRIES];
}

static _Atomic uint64_t *entry_at(int fd) {
    return is_in_range(fd) ? entry_in(atomic_load_explicit(place_of_page(fd), memory_order_acquire), fd) : NULL;
}

static _Atomic uint64_t *make_entry(int fd) {
    return is_in_range(fd) ? entry_in(sw_memory_once(place_of_page(fd), sizeof(sw_fd_page)), fd) : NULL;
}

static uint64_t cookie_bits(uint64_t cookie) {
    return (cookie & COOKIE_MASK) << COOKIE_SHIFT;
}

static inline bool resolve_in(struct sw_network *network, uint64_t value, int fd, struct sw_socket *found) {
    if (network == NULL)
        return false;
    struct sw_record *record = sw_record_at(network, value >> SLOT_SHIFT & 0x3ffff);
    uint64_t cookie = record == NULL ? 0 : atomic_load_explicit(&record->cookie, memory_order_acquire);
    if (cookie <= SW_COOKIE_DELETED || cookie_bits(cookie) != value >> COOKIE_SHIFT << COOKIE_SHIFT)
        return false;
    *found = (struct sw_socket){fd, network, record};
    return true;
}

static __attribute__((noinline)) bool resolve_later(uint64_t value, int fd, struct sw_socket *found) {
    return resolve_in(sw_network_at_later(value >> NETWORK_SHIFT & 0x7fff), value, fd, found);
}

/* What `value` names, unless the record has passed to another socket since. All calls that move data begin here, so without a call of its own
 * where the network is one of the first. */
static bool resolve(uint64_t value, int fd, struct sw_socket *found) {
    if ((value & 1) == 0)
        return false;
    unsigned index = value >> NETWORK_SHIFT & 0x7fff;
    if (index >= SW_FIRST_NETWORKS)
        return resolve_later(value, fd, found);
    return resolve_in(sw_network_at(index), value, fd, found);
}

bool sw_fd_hint(int fd, struct sw_socket *found) {
    _Atomic uint64_t *entry = entry_at(fd);
    return entry != NULL && resolve(atomic_load_explicit(entry, memory_order_relaxed), fd, found);
}

bool sw_fd_is_ours(int fd) {
    struct sw_socket socket;
    return sw_fd_hint(fd, &socket);
}

/* `value` has been taken out of the table. */
static void let_go(uint64_t value) {
    if (value == 0)
        return;
    struct sw_network *network = sw_network_at(value >> NETWORK_SHIFT & 0x7fff);
    if (network != NULL)
        atomic_fetch_sub(&network->sockets, 1);
    atomic_fetch_sub(&sockets_open, 1);
}

bool sw_fd_set(int fd, struct sw_network *network, struct sw_record *record) {
    _Atomic uint64_t *entry = make_entry(fd);
    if (entry == NULL)
        return false;
    uint64_t value = 1 | (uint64_t)network->index << NETWORK_SHIFT | (uint64_t)sw_record_slot(network, record) << SLOT_SHIFT |
                     cookie_bits(atomic_load(&record->cookie));
    int top = atomic_load_explicit(&highest, memory_order_relaxed);
    while (top < fd && !atomic_compare_exchange_weak(&highest, &top, fd))
        continue;
    atomic_fetch_add(&network->sockets, 1);
    atomic_fetch_add(&sockets_open, 1);
    uint64_t before = atomic_exchange(entry, value);
    /* Another socket: whoever watched the one before watches nothing any more. */
    if (before != value)
        sw_watch_forget(fd);
    let_go(before);
    return true;
}

void sw_fd_forget(int fd) {
    _Atomic uint64_t *entry = entry_at(fd);
    if (entry != NULL && atomic_load_explicit(entry, memory_order_relaxed) != 0)
        let_go(atomic_exchange(entry, 0));
    sw_watch_forget(fd);
}

/* Of all kinds only Unix sockets can be redirected ones: the others spare us a search. */
static bool is_unix_socket(int fd) {
    int saved_errno = errno, domain = 0;
    socklen_t length = sizeof domain;
    bool is_unix = sw_real.getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length) == 0 && domain == AF_UNIX;
    errno = saved_errno;
    return is_unix;
}

static bool search(int fd, uint64_t cookie, struct sw_socket *found) {
    for (unsigned index = 0; index < sw_network_count(); index++) {
        struct sw_network *network = sw_network_at(index);
        struct sw_record *record = network == NULL ? NULL : sw_record_find(network, cookie);
        if (record == NULL)
            continue;
        *found = (struct sw_socket){fd, network, record};
        return sw_fd_set(fd, network, record);
    }
    return false;
}

bool sw_fd_socket(int fd, struct sw_socket *found) {
    if (!sw_network_any())
        return false;
    bool hinted = sw_fd_hint(fd, found);
    uint64_t cookie = sw_cookie_of(fd);
    if (hinted && atomic_load(&found->record->cookie) == cookie)
        return true;
    sw_fd_forget(fd);
    if (cookie == 0 || !is_unix_socket(fd))
        return false;

    sw_network_pin();
    bool is_found = search(fd, cookie, found);
    sw_network_unpin();
    return is_found;
}

void sw_fd_copy(int from, int to) {
    if (from == to)
        return;
    struct sw_socket original;
    if (sw_fd_socket(from, &original)) {
        sw_record_set(original.record, SW_DUPLICATED);
        sw_fd_set(to, original.network, original.record);
    } else {
        sw_fd_forget(to);
    }
}

unsigned sw_fd_sockets_open(void) {
    return atomic_load(&sockets_open);
}

unsigned sw_fd_count(const struct sw_record *record, unsigned most) {
    unsigned count = 0;
    struct sw_socket found;
    sw_network_pin();
    for (int fd = sw_fd_next(0); fd >= 0 && count < most; fd = sw_fd_next(fd + 1))
        if (sw_fd_hint(fd, &found) && found.record == record)
            count++;
    sw_network_unpin();
    return count;
}

int sw_fd_next(int from) {
    int last = atomic_load(&highest);
    for (int fd = from < 0 ? 0 : from; fd <= last; fd++) {
        const _Atomic uint64_t *entry = entry_at(fd);
        if (entry == NULL)
            fd += SW_FD_PAGE_ENTRIES - 1 - fd % SW_FD_PAGE_ENTRIES;
        else if (atomic_load_explicit(entry, memory_order_relaxed) != 0)
            return fd;
    }
    return -1;
}

void sw_fd_each(void (*visit)(struct sw_socket *socket)) {
    struct sw_socket found;
    sw_network_pin();
    for (int fd = sw_fd_next(0); fd >= 0; fd = sw_fd_next(fd + 1))
        if (sw_fd_hint(fd, &found))
            visit(&found);
    sw_network_unpin();
}

/* Most programs are started before their network has any socket, and /proc takes its time. */
static bool is_any_network_in_use(void) {
    for (unsigned index = 0; index < sw_network_count(); index++) {
        struct sw_network *network = sw_network_at(index);
        if (network != NULL && sw_records_are_in_use(network))
            return true;
    }
    return false;
}

void sw_fd_adopt_inherited(void) {
    if (!is_any_network_in_use())
        return;
    int saved_errno = errno;
    int directory = openat(SW_AT("/proc/self/fd"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct sw_socket found;
    if (directory < 0) {
        for (int fd = 0; fd < 64; fd++)
            sw_fd_socket(fd, &found);
        errno = saved_errno;
        return;
    }
    /* Not readdir(3): it allocates. */
    _Alignas(struct sw_directory_entry) char buffer[4096];
    long count;
    while ((count = sw_real.syscall(SYS_getdents64, directory, buffer, sizeof buffer)) > 0)
        for (long offset = 0; offset < count;) {
            struct sw_directory_entry *entry = (struct sw_directory_entry *)(buffer + offset);
            offset += entry->size;
            if (entry->name[0] < '0' || entry->name[0] > '9')
                continue;
            int fd = atoi(entry->name);
            if (fd != directory && sw_fd_socket(fd, &found))
                /* Whoever started us may have kept it. */
                sw_record_set(found.record, SW_SHARED);
        }
    sw_real.close(directory);
    errno = saved_errno;
}
