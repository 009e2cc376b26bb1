/* members.h: which processes belong to a network.
 *
 * A process is a member when its environment names the network's directory, when it is in the network's process table and
 * has mapped its .state (docs/network-directory.md), when its parent is a member, or when it lives in the session of a
 * program that the owner started there. A number alone is never enough: process numbers are used again. */

#ifndef JANITOR_MEMBERS_H
#define JANITOR_MEMBERS_H

#include "process.h"

/* A program that the owner started: the leader of a session of its own. */
struct jn_session {
    struct jn_process leader;
    unsigned spawn;
};

struct jn_network {
    char *directory;
    bool is_removable;
    dev_t device; /* of the directory, to know it again before it is removed */
    ino_t inode;
    struct jn_session *sessions;
    size_t session_count;
    size_t session_space;
};

/* Member number i is processes[i], held by holds[i], which may be -1 (process.h). */
struct jn_members {
    struct jn_process *processes;
    int *holds;
    size_t count;
    size_t space;
};

/* Adds the members of `network` that are not in `members` yet and drops those that have ended. With a `spawn` other than 0,
 * only members of that started program count. `owner` is never a member, whatever it has mapped. */
void jn_members_refresh(struct jn_members *members, const struct jn_network *network, unsigned spawn, pid_t owner);

/* Drops the members that have ended. */
void jn_members_drop_ended(struct jn_members *members);

/* Lets go of all members. */
void jn_members_free(struct jn_members *members);

#endif
