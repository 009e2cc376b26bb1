#include "members.h"

#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* docs/network-directory.md, ".state" */
enum { TABLE_OFFSET = 4096, TABLE_ENTRIES = 4096, FIRST_SPACE = 16 };

struct table_entry {
    uint32_t pid;
    uint32_t spawn;
    uint64_t reserved;
};
_Static_assert(sizeof(struct table_entry) == 16, "the contract fixes the size of a process entry");

/* What a process has to show to belong to a network. */
struct evidence {
    char directory_variable[PATH_MAX + 32];
    char spawn_variable[48];
    char state_file[PATH_MAX + 8];
    unsigned spawn;
    bool has_table;
    size_t entry_count;
    struct table_entry entries[TABLE_ENTRIES];
};

static void read_table(struct evidence *evidence) {
    evidence->entry_count = 0;
    int file = open(evidence->state_file, O_RDONLY | O_CLOEXEC);
    evidence->has_table = file >= 0;
    if (!evidence->has_table)
        return;
    ssize_t length = pread(file, evidence->entries, sizeof evidence->entries, TABLE_OFFSET);
    close(file);
    if (length > 0)
        evidence->entry_count = (size_t)length / sizeof(struct table_entry);
}

static struct evidence *evidence_for(const struct jn_network *network, unsigned spawn) {
    struct evidence *evidence = malloc(sizeof *evidence);
    if (evidence == NULL)
        return NULL;
    evidence->spawn = spawn;
    snprintf(evidence->directory_variable,
             sizeof evidence->directory_variable,
             "SOCKET_WRAPPER_DIR=%s",
             network->directory);
    snprintf(evidence->spawn_variable, sizeof evidence->spawn_variable, "SOCKET_WRAPPER_SPAWN=%u", spawn);
    snprintf(evidence->state_file, sizeof evidence->state_file, "%s/.state", network->directory);
    read_table(evidence);
    return evidence;
}

/* Anybody may be, when the directory has been removed already. */
static bool may_be_in_table(const struct evidence *evidence, pid_t pid) {
    if (!evidence->has_table)
        return true;
    for (size_t i = 0; i < evidence->entry_count; i++) {
        const struct table_entry *entry = &evidence->entries[i];
        if (entry->pid == (uint32_t)pid && (evidence->spawn == 0 || entry->spawn == evidence->spawn))
            return true;
    }
    return false;
}

static bool has_evidence(const struct evidence *evidence, pid_t pid) {
    if (jn_process_has_variable(pid, evidence->directory_variable) &&
        (evidence->spawn == 0 || jn_process_has_variable(pid, evidence->spawn_variable)))
        return true;
    return may_be_in_table(evidence, pid) && jn_process_has_mapped(pid, evidence->state_file);
}

/* Whether the session still is the one that was registered: its leader is there, or somebody proven lives in it. The number
 * of a session stays taken while any process is in it (setsid(2), alloc_pid). */
static bool is_session_known(const struct jn_session *session,
                             const struct jn_process *processes,
                             const bool *is_member,
                             size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (processes[i].pid == session->leader.pid && processes[i].start == session->leader.start)
            return true;
        if (is_member[i] && processes[i].session == session->leader.pid)
            return true;
    }
    return false;
}

static void add_sessions(const struct jn_network *network,
                         unsigned spawn,
                         const struct jn_process *processes,
                         bool *is_member,
                         size_t count) {
    for (size_t s = 0; s < network->session_count; s++) {
        const struct jn_session *session = &network->sessions[s];
        if ((spawn != 0 && session->spawn != spawn) || !is_session_known(session, processes, is_member, count))
            continue;
        for (size_t i = 0; i < count; i++)
            if (processes[i].session == session->leader.pid)
                is_member[i] = true;
    }
}

static bool is_parent_member(pid_t parent, const struct jn_process *processes, const bool *is_member, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (is_member[i] && processes[i].pid == parent)
            return true;
    return false;
}

static void add_descendants(const struct jn_process *processes, bool *is_member, size_t count) {
    for (bool has_changed = true; has_changed;) {
        has_changed = false;
        for (size_t i = 0; i < count; i++) {
            if (!is_member[i] && is_parent_member(processes[i].parent, processes, is_member, count)) {
                is_member[i] = true;
                has_changed = true;
            }
        }
    }
}

static bool has_member(const struct jn_members *members, const struct jn_process *process) {
    for (size_t i = 0; i < members->count; i++)
        if (members->processes[i].pid == process->pid && members->processes[i].start == process->start)
            return true;
    return false;
}

static bool make_space(struct jn_members *members) {
    if (members->count < members->space)
        return true;
    size_t space = members->space == 0 ? FIRST_SPACE : 2 * members->space;
    struct jn_process *processes = realloc(members->processes, space * sizeof *processes);
    if (processes != NULL)
        members->processes = processes;
    int *holds = realloc(members->holds, space * sizeof *holds);
    if (holds != NULL)
        members->holds = holds;
    if (processes == NULL || holds == NULL)
        return false;
    members->space = space;
    return true;
}

void jn_members_drop_ended(struct jn_members *members) {
    size_t kept = 0;
    for (size_t i = 0; i < members->count; i++) {
        if (jn_process_is_alive(&members->processes[i])) {
            members->processes[kept] = members->processes[i];
            members->holds[kept++] = members->holds[i];
        } else if (members->holds[i] >= 0) {
            close(members->holds[i]);
        }
    }
    members->count = kept;
}

void jn_members_refresh(struct jn_members *members, const struct jn_network *network, unsigned spawn, pid_t owner) {
    jn_members_drop_ended(members);
    size_t count;
    struct jn_process *processes = jn_process_list(&count);
    bool *is_member = calloc(count + 1, sizeof *is_member);
    struct evidence *evidence = evidence_for(network, spawn);
    if (processes == NULL || is_member == NULL || evidence == NULL)
        goto done;

    pid_t self = getpid(), janitor = getppid();
    for (size_t i = 0; i < count; i++) {
        pid_t pid = processes[i].pid;
        /* Out of the list altogether: their children are not members for being theirs. */
        if (pid == self || pid == owner || pid == janitor)
            processes[i--] = processes[--count];
    }
    for (size_t i = 0; i < count; i++)
        is_member[i] = !processes[i].is_zombie && has_evidence(evidence, processes[i].pid);
    add_sessions(network, spawn, processes, is_member, count);
    add_descendants(processes, is_member, count);

    for (size_t i = 0; i < count; i++) {
        if (!is_member[i] || processes[i].is_zombie || has_member(members, &processes[i]) || !make_space(members))
            continue;
        members->processes[members->count] = processes[i];
        members->holds[members->count++] = jn_process_hold(&processes[i]);
    }

done:
    free(evidence);
    free(is_member);
    free(processes);
}

void jn_members_free(struct jn_members *members) {
    for (size_t i = 0; i < members->count; i++)
        if (members->holds[i] >= 0)
            close(members->holds[i]);
    free(members->processes);
    free(members->holds);
    *members = (struct jn_members){0};
}
