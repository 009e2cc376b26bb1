#include "state/holders.h"

#include "base/directory_entry.h"
#include "base/process.h"
#include "base/real.h"
#include "base/root.h"
#include "state/promised.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Whether one of the descriptors in the directory `descriptors` leads to what /proc calls `wanted`. */
static bool names(int descriptors, const char *wanted) {
    _Alignas(struct sw_directory_entry) char buffer[4096];
    const size_t length = strlen(wanted);
    long size;
    while ((size = sw_real.syscall(SYS_getdents64, descriptors, buffer, sizeof buffer)) > 0)
        for (long offset = 0; offset < size;) {
            const struct sw_directory_entry *entry = (const struct sw_directory_entry *)(buffer + offset);
            char target[64];
            if (readlinkat(descriptors, entry->name, target, sizeof target) == (ssize_t)length && memcmp(target, wanted, length) == 0)
                return true;
            offset += entry->size;
        }
    return false;
}

static bool holds(uint32_t pid, const char *wanted) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%u/fd", pid);
    int descriptors = openat(SW_AT(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptors < 0)
        return errno != ENOENT && errno != ESRCH;
    bool does = names(descriptors, wanted);
    sw_real.close(descriptors);
    return does;
}

bool sw_socket_has_other_holder(const struct sw_network *network, uint64_t inode) {
    int saved_errno = errno;
    char wanted[64];
    bool has = false;
    const uint32_t self = sw_process_id();
    snprintf(wanted, sizeof wanted, "socket:[%llu]", (unsigned long long)inode);
    for (unsigned i = 0; i < SW_PROCESS_COUNT && !has; i++) {
        const struct sw_process *entry = &network->state->processes[i];
        uint32_t pid = sw_is_promised(network, entry) ? atomic_load(&entry->pid) : 0;
        has = pid != 0 && pid != self && holds(pid, wanted);
    }
    errno = saved_errno;
    return has;
}
