/* forks.h: what goes along with a new process that has a memory of its own. Nothing has to be done in the child (base/process.h). */
#ifndef SW_INTERPOSE_FORKS_H
#define SW_INTERPOSE_FORKS_H

/* Before it is made. */
void sw_fork_begins(void);

/* Afterwards, with what the call returned: the child's number in the parent, 0 in the child, or -1. Keeps errno. */
void sw_fork_ends(long result);

#endif
