#include "state/network.h"

#include "base/log.h"
#include "base/own_file.h"
#include "base/process.h"
#include "base/real.h"
#include "base/root.h"
#include "base/table_memory.h"
#include "state/files.h"
#include "state/processes.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* 15 bits: as many as an entry of the descriptor table can tell apart. */
enum { NETWORKS = 1 << 15 };

typedef struct sw_network *_Atomic place_of_network;
place_of_network sw_first_networks[SW_FIRST_NETWORKS];
static void *_Atomic later_networks; /* NETWORKS - SW_FIRST_NETWORKS places */
static atomic_uint table_size;

/* Closed networks that wait for their sockets, guarded by SW_LOCK_NETWORKS. */
static struct sw_network *closed;
/* Memory of a network that could not be opened, guarded as well. */
static struct sw_network *spare;
static atomic_uint pins;

bool sw_network_any(void) {
    return atomic_load_explicit(&table_size, memory_order_acquire) != 0;
}

unsigned sw_network_count(void) {
    return atomic_load_explicit(&table_size, memory_order_acquire);
}

struct sw_network *sw_network_at_later(unsigned index) {
    place_of_network *later = atomic_load_explicit(&later_networks, memory_order_acquire);
    return index < NETWORKS && later != NULL ? atomic_load_explicit(&later[index - SW_FIRST_NETWORKS], memory_order_acquire) : NULL;
}

void sw_network_pin(void) {
    atomic_fetch_add(&pins, 1);
}

void sw_network_unpin(void) {
    atomic_fetch_sub(&pins, 1);
}

static struct sw_network *find(const char *given) {
    for (unsigned index = 0; index < sw_network_count(); index++) {
        struct sw_network *network = sw_network_at(index);
        if (network != NULL && strcmp(network->given, given) == 0)
            return network;
    }
    return NULL;
}

/* Not by snprintf(3), which a program that starts would need for nothing else, and which takes more stack than all of this library. */
enum { STATE_MODE = 0600 };

/* Without the header's promise, a full file system would be a SIGBUS to whoever finds the table in its full size. */
static bool make_table(int fd, mode_t mode) {
    sw_own_file_keep_rights(fd, mode, STATE_MODE);
    if (sw_own_file_allocate(fd, sizeof(struct sw_header)) != 0 && (errno == ENOSPC || errno == EDQUOT))
        return false;
    return sw_own_file_lengthen(fd, sizeof(struct sw_state)) == 0;
}

/* Maps `.state`, making it first if need be. Each step may be repeated by anyone, so no lock is needed. */
static int map_state(const char *directory, struct sw_state **state) {
    char path[sw_network_own_path_size(directory)];
    sw_network_own_path(directory, ".state", path);
    int fd = sw_own_file_open(path, O_RDWR | O_CREAT | O_NOFOLLOW, STATE_MODE);
    if (fd < 0)
        return -errno;

    int result = 0;
    struct stat status;
    void *mapping = MAP_FAILED;
    sw_network_give_to_owner(fd, directory);
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
        result = -EINVAL;
    else if (status.st_size < (off_t)sizeof **state && !make_table(fd, status.st_mode))
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

/* Processes of the network may go to others: unshare(2), setns(2). */
static void note_namespace(struct sw_state *state) {
    struct stat status;
    uint64_t none = 0;
    if (atomic_load_explicit(&state->header.namespace, memory_order_relaxed) == 0 && fstatat(SW_AT("/proc/thread-self/ns/net"), &status, 0) == 0)
        atomic_compare_exchange_strong(&state->header.namespace, &none, status.st_ino);
}

/* The program may change its directory before the first packet. */
static int set_capture_path(struct sw_network *network) {
    const char *path = sw_config_capture_file();
    size_t length = 0;
    if (path == NULL)
        return 0;
    if (path[0] != '/') {
        if (sw_real.syscall(SYS_getcwd, network->capture_path, sizeof network->capture_path) < 0)
            return -errno;
        length = strlen(network->capture_path);
        network->capture_path[length++] = '/';
    }
    if (length + strlen(path) >= sizeof network->capture_path)
        return -ENAMETOOLONG;
    strcpy(network->capture_path + length, path);
    return 0;
}

static place_of_network *make_place(unsigned index) {
    if (index < SW_FIRST_NETWORKS)
        return &sw_first_networks[index];
    place_of_network *later = sw_memory_once(&later_networks, (NETWORKS - SW_FIRST_NETWORKS) * sizeof *later);
    return index < NETWORKS && later != NULL ? &later[index - SW_FIRST_NETWORKS] : NULL;
}

static bool add_to_table(struct sw_network *network) {
    unsigned used = atomic_load(&table_size), index = 0;
    while (index < used && sw_network_at(index) != NULL)
        index++;
    place_of_network *place = make_place(index);
    if (place == NULL)
        return false;
    network->index = index;
    atomic_store_explicit(place, network, memory_order_release);
    if (index == used)
        atomic_store_explicit(&table_size, used + 1, memory_order_release);
    return true;
}

/* An attached process has thousands in turn, and gives back what each had. */
static struct sw_network *allocate(void) {
    if (sw_config_is_attached()) {
        void *memory = mmap(NULL, sizeof(struct sw_network), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        return memory == MAP_FAILED ? NULL : memory;
    }
    struct sw_network *network = spare != NULL ? spare : sw_memory_take(sizeof *network);
    spare = NULL;
    return network;
}

static void give_back(struct sw_network *network) {
    if (sw_config_is_attached()) {
        munmap(network, sizeof *network);
        return;
    }
    memset(network, 0, sizeof *network);
    spare = network;
}

static void unmap(struct sw_network *network) {
    if (network->recorder_ends != NULL)
        network->recorder_ends(network);
    munmap(network->state, sizeof *network->state);
    give_back(network);
}

static int open_network(const char *given, struct sw_network **opened) {
    enum sw_ipv4_network ipv4_network;
    int result = sw_config_ipv4_network(&ipv4_network);
    if (result == 0)
        result = sw_config_check();
    if (result < 0)
        return result;
    if (strlen(given) >= PATH_MAX) {
        SW_LOG_ONCE("SOCKET_WRAPPER_DIR is a path of %zu bytes, it must have %d at most", strlen(given), PATH_MAX - 1);
        return -ENAMETOOLONG;
    }

    struct sw_network *network = allocate();
    if (network == NULL)
        return -ENOMEM;
    struct stat status;
    if (realpath(given, network->directory) == NULL || stat(network->directory, &status) != 0)
        result = -errno;
    else if (!S_ISDIR(status.st_mode))
        result = -ENOTDIR;
    if (result < 0) {
        SW_LOG_ONCE("SOCKET_WRAPPER_DIR is '%s', it must be an existing directory: %s", given, strerror(-result));
        goto fail;
    }
    result = set_capture_path(network);
    if (result < 0) {
        SW_LOG_ONCE("cannot write the capture '%s': %s; nothing is captured", sw_config_capture_file(), strerror(-result));
        network->capture_path[0] = '\0';
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
    note_namespace(network->state);
    network->ipv4_network = ipv4_network;
    network->directory_length = (unsigned)strlen(network->directory);
    memcpy(network->given, given, strlen(given) + 1);
    if (!add_to_table(network)) {
        unmap(network);
        return -ENFILE;
    }
    /* The table says which processes end with their network. An attached process does not. */
    if (!sw_config_is_attached())
        sw_processes_enter(network, sw_process_id());
    sw_log(SW_LOG_DEBUG, "network directory %s", network->directory);
    *opened = network;
    return 0;

fail:
    give_back(network);
    return result;
}

static void begin_opening(sigset_t *mask) {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, mask);
    pthread_mutex_lock(sw_process_lock(SW_LOCK_NETWORKS));
}

static void end_opening(const sigset_t *mask) {
    pthread_mutex_unlock(sw_process_lock(SW_LOCK_NETWORKS));
    pthread_sigmask(SIG_SETMASK, mask, NULL);
}

static int find_or_open(const char *given, struct sw_network **network) {
    *network = find(given);
    if (*network != NULL)
        return 0;

    int saved_errno = errno;
    sigset_t mask;
    begin_opening(&mask);
    *network = find(given);
    int result = *network != NULL ? 0 : open_network(given, network);
    end_opening(&mask);
    errno = saved_errno;
    return result;
}

int sw_network_current(struct sw_network **network) {
    *network = NULL;
    if (sw_config_is_attached()) {
        struct sw_config_place *place = sw_config_place();
        if (place == NULL)
            return 0;
        int result = place->network != NULL ? 0 : find_or_open(place->directory, &place->network);
        *network = place->network;
        return result;
    }
    const char *given = sw_config_directory();
    return given == NULL ? 0 : find_or_open(given, network);
}

/* Unmaps what nobody can see any more. A thread that has just closed a network's last socket may still be at work in it, so a network
 * is found idle twice before it goes. */
static void sweep_closed(void) {
    for (struct sw_network **link = &closed; *link != NULL;) {
        struct sw_network *network = *link;
        if (atomic_load(&network->sockets) == 0 && atomic_load(&pins) == 0 && network->idle_sweeps++ > 0) {
            *link = network->next_closed;
            atomic_store(make_place(network->index), NULL);
            unmap(network);
        } else {
            link = &network->next_closed;
        }
    }
}

void sw_network_sweep(void) {
    int saved_errno = errno;
    sigset_t mask;
    begin_opening(&mask);
    sweep_closed();
    end_opening(&mask);
    errno = saved_errno;
}

void sw_network_close(struct sw_network *network) {
    int saved_errno = errno;
    sigset_t mask;
    begin_opening(&mask);
    /* From here on nobody finds it by its directory; the sockets that are left find it by its index. */
    network->given[0] = '\0';
    network->next_closed = closed;
    closed = network;
    sweep_closed();
    end_opening(&mask);
    errno = saved_errno;
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
    char path[sw_network_own_path_size(network->directory)];
    atomic_fetch_add(&network->state->header.changes, 1);
    sw_network_own_path(network->directory, ".state", path);
    utimensat(SW_AT(path), NULL, 0);
    errno = saved_errno;
}

void sw_network_enter_child(uint32_t child) {
    /* The child of an attached process lives only until it starts a program. */
    if (sw_config_is_attached())
        return;
    for (unsigned index = 0; index < sw_network_count(); index++)
        sw_processes_enter_child(sw_network_at(index), child);
}
