#include "state/promised.h"

#include "base/log.h"
#include "base/own_file.h"
#include "base/real.h"
#include "state/files.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

enum { PAGE = 4096 };

/* What a kernel before Linux 5.14 can do. */
static bool allocate(struct sw_network *network, size_t offset, size_t size) {
    char path[sw_network_own_path_size(network->directory)];
    sw_network_own_path(network->directory, ".state", path);
    int fd = sw_own_file_open(path, O_RDWR | O_NOFOLLOW, 0);
    if (fd < 0)
        return true;
    bool promised = fallocate(fd, FALLOC_FL_KEEP_SIZE, (off_t)offset, (off_t)size) == 0 || (errno != ENOSPC && errno != EDQUOT);
    sw_real.close(fd);
    return promised;
}

bool sw_promise_pages(struct sw_network *network, void *pages, size_t size) {
    int saved_errno = errno;
    size_t offset = (size_t)((char *)pages - (char *)network->state);
    /* EFAULT stands for the SIGBUS that a store would be. Where the kernel's own pages are larger it is EINVAL. */
    bool promised = madvise(pages, size, MADV_POPULATE_WRITE) == 0 || (errno != EFAULT && allocate(network, offset, size));
    if (!promised)
        SW_LOG_ONCE("no room for another socket in '%s': the file system is full", network->directory);
    errno = saved_errno;
    return promised;
}

/* The process table comes first, the other two tables one behind the other. */
static size_t number_of(const struct sw_network *network, const void *entry) {
    size_t offset = (size_t)((const char *)entry - (const char *)network->state);
    if (offset < offsetof(struct sw_state, records))
        return (offset - offsetof(struct sw_state, processes)) / PAGE;
    return (sizeof network->state->processes + offset - offsetof(struct sw_state, buckets)) / PAGE;
}

bool sw_is_promised(const struct sw_network *network, const void *entry) {
    size_t number = number_of(network, entry);
    return (atomic_load_explicit(&network->state->header.promised[number / 8], memory_order_relaxed) >> number % 8 & 1) != 0;
}

bool sw_promise(struct sw_network *network, void *entry) {
    if (sw_is_promised(network, entry))
        return true;
    size_t number = number_of(network, entry), inside = (size_t)((char *)entry - (char *)network->state) % PAGE;
    if (!sw_promise_pages(network, (char *)entry - inside, PAGE))
        return false;
    atomic_fetch_or(&network->state->header.promised[number / 8], (uint8_t)(1u << number % 8));
    return true;
}
