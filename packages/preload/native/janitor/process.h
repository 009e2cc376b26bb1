/* process.h: what /proc tells about processes, and a hold on them that their number cannot slip out of.
 *
 * A process number comes to mean another process once its first owner is gone. So a process is named by its number and its
 * start time, and held by a pidfd (pidfd_open(2), Linux 5.3); where there is none, the start time is compared before each
 * use. */

#ifndef JANITOR_PROCESS_H
#define JANITOR_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct jn_process {
    pid_t pid;
    pid_t parent;
    pid_t session;
    unsigned long long start; /* in clock ticks after boot */
    bool is_zombie;           /* ended, and waits for its parent to notice */
};

/* Reads /proc/PID/stat. False when there is no such process. */
bool jn_process_read(pid_t pid, struct jn_process *process);

/* Whether `process` is still there, under its own number, and has not ended. */
bool jn_process_is_alive(const struct jn_process *process);

/* All processes that can be seen, in memory that the caller frees; NULL and a count of 0 when memory is short. */
struct jn_process *jn_process_list(size_t *count);

/* A pidfd of exactly `process`, or -1 when it has ended or the kernel has none to give. */
int jn_process_hold(const struct jn_process *process);

/* Sends `signal` to `process`, which `hold` is the pidfd of, and to nobody who got its number later. */
void jn_process_signal(const struct jn_process *process, int hold, int signal);

/* Whether the environment that `pid` started with has the entry `entry`, "NAME=value". */
bool jn_process_has_variable(pid_t pid, const char *entry);

/* Whether `pid` has mapped the file at `path`, which may have been removed since. */
bool jn_process_has_mapped(pid_t pid, const char *path);

#endif
