#include "state/processes.h"

#include "base/process.h"
#include "state/promised.h"

#include <errno.h>
#include <unistd.h>

static struct sw_process *claim(struct sw_network *network, uint32_t pid) {
    enum { ATTEMPTS = SW_PROCESS_COUNT };
    struct sw_process *entry = NULL;
    for (unsigned i = 0; i < ATTEMPTS; i++) {
        entry = &network->state->processes[(pid + i) % SW_PROCESS_COUNT];
        if (!sw_promise(network, entry))
            return NULL;
        uint32_t holder = atomic_load(&entry->pid);
        if (holder == pid)
            return entry;
        if (holder == 0 && atomic_compare_exchange_strong(&entry->pid, &holder, pid))
            return entry;
        if (holder != 0 && kill((pid_t)holder, 0) != 0 && errno == ESRCH &&
            atomic_compare_exchange_strong(&entry->pid, &holder, pid))
            return entry;
    }
    return NULL;
}

static void enter(struct sw_network *network, uint32_t pid, uint32_t spawn) {
    int saved_errno = errno;
    struct sw_process *entry = claim(network, pid);
    if (entry != NULL)
        atomic_store(&entry->spawn, spawn);
    /* The first write to a page after a fork copies it. */
    if (errno != saved_errno)
        errno = saved_errno;
}

void sw_processes_enter(struct sw_network *network, uint32_t pid) {
    enter(network, pid, sw_config_spawn());
}

/* The number of a child of this process, which has its own: in the entry it can be read without a look at all variables. A process that is not
 * entered yet may find the entry of a killed one in its place. */
static uint32_t spawn_of(const struct sw_network *network, uint32_t child) {
    const uint32_t self = sw_process_id();
    const struct sw_process *entry = &network->state->processes[self % SW_PROCESS_COUNT];
    return child != self && sw_is_promised(network, entry) && atomic_load(&entry->pid) == self ? atomic_load(&entry->spawn) : sw_config_spawn();
}

void sw_processes_enter_child(struct sw_network *network, uint32_t child) {
    enter(network, child, spawn_of(network, child));
}

void sw_processes_leave(struct sw_network *network) {
    uint32_t pid = (uint32_t)getpid(), recorder = pid;
    atomic_compare_exchange_strong(&network->state->header.recorded_by, &recorder, 0);
    for (unsigned i = 0; i < SW_PROCESS_COUNT; i++) {
        struct sw_process *entry = &network->state->processes[(pid + i) % SW_PROCESS_COUNT];
        uint32_t holder = pid;
        if (!sw_is_promised(network, entry))
            return;
        if (atomic_compare_exchange_strong(&entry->pid, &holder, 0) || holder == 0)
            return;
    }
}
