#include "state/network.h"

#include "base/log.h"
#include "base/real.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static struct sw_network *_Atomic first;
static pthread_mutex_t opening = PTHREAD_MUTEX_INITIALIZER;

bool sw_network_any(void) {
    return atomic_load_explicit(&first, memory_order_acquire) != NULL;
}

struct sw_network *sw_network_at(unsigned index) {
    struct sw_network *network = atomic_load_explicit(&first, memory_order_acquire);
    while (network != NULL && network->index != index)
        network = network->next;
    return network;
}

static struct sw_network *find(const char *given) {
    struct sw_network *network = atomic_load_explicit(&first, memory_order_acquire);
    while (network != NULL && strcmp(network->given, given) != 0)
        network = network->next;
    return network;
}

/* Maps `.state`, making it first if need be. Each step may be repeated by anyone, so no lock is needed. */
static int map_state(const char *directory, struct sw_state **state) {
    char path[PATH_MAX + 8];
    memcpy(path, directory, strlen(directory) + 1);
    strcat(path, "/.state");
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return -errno;

    int result = 0;
    struct stat status;
    void *mapping = MAP_FAILED;
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
        result = -EINVAL;
    else if (status.st_size < (off_t)sizeof **state && ftruncate(fd, sizeof **state) != 0)
        result = -errno;
    else if ((mapping = mmap(NULL, sizeof **state, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0)) == MAP_FAILED)
        result = -errno;
    sw_real.close(fd);
    if (result != 0)
        return result;

    *state = mapping;
    uint64_t expected = 0;
    if (!atomic_compare_exchange_strong(&(*state)->header.magic, &expected, SW_STATE_MAGIC) && expected != SW_STATE_MAGIC) {
        munmap(mapping, sizeof **state);
        return -EBADMSG;
    }
    return 0;
}

static int open_network(const char *given, struct sw_network **opened) {
    enum sw_ipv4_network ipv4_network;
    int result = sw_config_ipv4_network(&ipv4_network);
    if (result < 0)
        return result;
    if (strlen(given) >= PATH_MAX)
        return -ENAMETOOLONG;

    struct sw_network *network =
        mmap(NULL, sizeof *network, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (network == MAP_FAILED)
        return -ENOMEM;
    if (realpath(given, network->directory) == NULL) {
        result = -errno;
        SW_LOG_ONCE("SOCKET_WRAPPER_DIR is '%s', it must be an existing directory: %s", given, strerror(-result));
        goto fail;
    }
    result = map_state(network->directory, &network->state);
    if (result == -EBADMSG) {
        SW_LOG_ONCE("'%s/.state' is not a table of sockets that this version can read; remove it or use another directory",
                    network->directory);
        result = -EINVAL;
        goto fail;
    }
    if (result < 0) {
        SW_LOG_ONCE("SOCKET_WRAPPER_DIR is '%s', '.state' in it cannot be used: %s", given, strerror(-result));
        goto fail;
    }
    network->ipv4_network = ipv4_network;
    network->directory_length = (unsigned)strlen(network->directory);
    memcpy(network->given, given, strlen(given) + 1);
    struct sw_network *head = atomic_load(&first);
    network->index = head == NULL ? 0 : head->index + 1;
    network->next = head;
    atomic_store_explicit(&first, network, memory_order_release);
    sw_network_enter_process(network);
    sw_log(SW_LOG_DEBUG, "network directory %s", network->directory);
    *opened = network;
    return 0;

fail:
    munmap(network, sizeof *network);
    return result;
}

int sw_network_current(struct sw_network **network) {
    const char *given = sw_config_directory();
    *network = NULL;
    if (given == NULL)
        return 0;
    *network = find(given);
    if (*network != NULL)
        return 0;

    int saved_errno = errno;
    sigset_t all, mask;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &mask);
    pthread_mutex_lock(&opening);
    *network = find(given);
    int result = *network != NULL ? 0 : open_network(given, network);
    pthread_mutex_unlock(&opening);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    errno = saved_errno;
    return result;
}

void sw_network_host_seen(struct sw_network *network, unsigned interface) {
    _Atomic uint8_t *byte = &network->state->header.known_hosts[interface / 8 % 32];
    uint8_t bit = (uint8_t)(1u << interface % 8);
    if ((atomic_load_explicit(byte, memory_order_relaxed) & bit) == 0)
        atomic_fetch_or(byte, bit);
}

bool sw_network_host_is_known(const struct sw_network *network, unsigned interface) {
    return (network->state->header.known_hosts[interface / 8 % 32] >> interface % 8 & 1) != 0;
}

void sw_network_ring(struct sw_network *network) {
    int saved_errno = errno;
    char path[PATH_MAX + 8];
    atomic_fetch_add(&network->state->header.changes, 1);
    memcpy(path, network->directory, network->directory_length);
    memcpy(path + network->directory_length, "/.state", sizeof "/.state");
    utimensat(AT_FDCWD, path, NULL, 0);
    errno = saved_errno;
}

/* Long enough that a live holder is done, short enough that nobody notices a dead one. */
static const struct timespec LOCK_PATIENCE = {.tv_nsec = 20 * 1000 * 1000};

void sw_network_lock(struct sw_network *network, sigset_t *mask) {
    int saved_errno = errno;
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, mask);

    _Atomic uint32_t *lock = &network->state->header.lock;
    uint32_t self = (uint32_t)getpid();
    for (;;) {
        uint32_t holder = 0;
        if (atomic_compare_exchange_strong(lock, &holder, self))
            break;
        if (sw_real.syscall(SYS_futex, lock, FUTEX_WAIT, holder, &LOCK_PATIENCE, NULL, 0) == 0 || errno != ETIMEDOUT)
            continue;
        /* Another thread of this process lives as long as we do. */
        if (holder != self && kill((pid_t)holder, 0) != 0 && errno == ESRCH &&
            atomic_compare_exchange_strong(lock, &holder, self))
            break;
    }
    errno = saved_errno;
}

void sw_network_unlock(struct sw_network *network, const sigset_t *mask) {
    int saved_errno = errno;
    atomic_store(&network->state->header.lock, 0);
    sw_real.syscall(SYS_futex, &network->state->header.lock, FUTEX_WAKE, 1, NULL, NULL, 0);
    pthread_sigmask(SIG_SETMASK, mask, NULL);
    errno = saved_errno;
}

static struct sw_process *claim_process(struct sw_state *state, uint32_t pid) {
    enum { ATTEMPTS = SW_PROCESS_COUNT };
    struct sw_process *entry = NULL;
    for (unsigned i = 0; i < ATTEMPTS; i++) {
        entry = &state->processes[(pid + i) % SW_PROCESS_COUNT];
        uint32_t holder = atomic_load(&entry->pid);
        if (holder == pid)
            return entry;
        if (holder == 0 && atomic_compare_exchange_strong(&entry->pid, &holder, pid))
            return entry;
        if (holder != 0 && i >= 64 && kill((pid_t)holder, 0) != 0 && errno == ESRCH &&
            atomic_compare_exchange_strong(&entry->pid, &holder, pid))
            return entry;
    }
    return NULL;
}

void sw_network_enter_process(struct sw_network *network) {
    int saved_errno = errno;
    struct sw_process *entry = claim_process(network->state, (uint32_t)getpid());
    if (entry != NULL)
        atomic_store(&entry->spawn, sw_config_spawn());
    errno = saved_errno;
}

void sw_network_leave_process(struct sw_network *network) {
    uint32_t pid = (uint32_t)getpid();
    for (unsigned i = 0; i < SW_PROCESS_COUNT; i++) {
        struct sw_process *entry = &network->state->processes[(pid + i) % SW_PROCESS_COUNT];
        uint32_t holder = pid;
        if (atomic_compare_exchange_strong(&entry->pid, &holder, 0) || holder == 0)
            return;
    }
}

void sw_network_after_fork_in_child(void) {
    pthread_mutex_init(&opening, NULL);
    for (struct sw_network *network = atomic_load(&first); network != NULL; network = network->next)
        sw_network_enter_process(network);
}
