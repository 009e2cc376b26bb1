#include "ending.h"

#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

enum {
    KILL_MS = 1000,   /* how long the kernel gets to end a process after SIGKILL */
    NO_PIDFD_MS = 10, /* how often a process that no pidfd holds is looked at */
    OPEN_FOLDERS = 16,
};
static const int64_t NEVER = -1;

static int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int ms_until(int64_t deadline) {
    if (deadline == NEVER)
        return -1;
    int64_t left = deadline - now_ms();
    return left > 0 ? (int)left : 0;
}

/* Blocks until a member ends, the other end of `lifeline` is closed, or `deadline` passes. False when the lifeline was
 * closed; a lifeline of -1 never is. */
static bool wait_for_change(const struct jn_members *members, int lifeline, int64_t deadline) {
    struct pollfd *polled = calloc(members->count + 1, sizeof *polled);
    int timeout = ms_until(deadline);
    if (polled == NULL) {
        poll(NULL, 0, NO_PIDFD_MS);
        return true;
    }
    /* Without an event asked for, poll(2) still reports a hang-up; it passes over descriptors below 0. */
    polled[members->count] = (struct pollfd){.fd = lifeline};
    for (size_t i = 0; i < members->count; i++) {
        polled[i] = (struct pollfd){.fd = members->holds[i], .events = POLLIN};
        if (members->holds[i] < 0 && (timeout < 0 || timeout > NO_PIDFD_MS))
            timeout = NO_PIDFD_MS;
    }
    int ready = poll(polled, members->count + 1, timeout);
    bool is_owner_there = ready <= 0 || polled[members->count].revents == 0;
    free(polled);
    return is_owner_there;
}

static void signal_members(const struct jn_members *members, size_t from, int signal) {
    for (size_t i = from; i < members->count; i++)
        jn_process_signal(&members->processes[i], members->holds[i], signal);
}

size_t jn_end(const struct jn_network *network, unsigned spawn, pid_t owner, int grace_ms) {
    struct jn_members members = {0};
    int64_t kill_at = now_ms() + grace_ms;
    int64_t give_up_at = kill_at + KILL_MS;
    jn_members_refresh(&members, network, spawn, owner);

    while (members.count > 0 && now_ms() < kill_at) {
        signal_members(&members, 0, SIGTERM);
        signal_members(&members, 0, SIGCONT); /* A stopped process does not act on SIGTERM. */
        while (members.count > 0 && now_ms() < kill_at) {
            wait_for_change(&members, -1, kill_at);
            jn_members_drop_ended(&members);
        }
        /* The last of them may have forked meanwhile. */
        jn_members_refresh(&members, network, spawn, owner);
    }
    while (members.count > 0 && now_ms() < give_up_at) {
        signal_members(&members, 0, SIGKILL);
        while (members.count > 0 && now_ms() < give_up_at) {
            wait_for_change(&members, -1, give_up_at);
            jn_members_drop_ended(&members);
        }
        jn_members_refresh(&members, network, spawn, owner);
    }
    size_t left = members.count;
    jn_members_free(&members);
    return left;
}

void jn_wait_for_end(const struct jn_network *network, unsigned spawn, pid_t owner, int lifeline) {
    struct jn_members members = {0};
    bool is_owner_there = true;
    jn_members_refresh(&members, network, spawn, owner);
    while (is_owner_there && members.count > 0) {
        is_owner_there = wait_for_change(&members, lifeline, NEVER);
        jn_members_drop_ended(&members);
        if (members.count == 0)
            jn_members_refresh(&members, network, spawn, owner);
    }
    jn_members_free(&members);
}

static int remove_entry(const char *path, const struct stat *stats, int kind, struct FTW *place) {
    (void)stats;
    (void)kind;
    (void)place;
    remove(path);
    return 0;
}

void jn_remove(const struct jn_network *network) {
    struct stat stats;
    if (!network->is_removable || lstat(network->directory, &stats) != 0 || stats.st_dev != network->device || stats.st_ino != network->inode)
        return;
    /* Neither through a symbolic link nor into another file system. */
    nftw(network->directory, remove_entry, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}
