/* ending.h: ends the processes of a network, or waits for their end, without looking again and again. */

#ifndef JANITOR_ENDING_H
#define JANITOR_ENDING_H

#include "members.h"

/* Sends SIGTERM to the members of `network` (those of `spawn`, unless it is 0), and SIGKILL to those that are left after
 * `grace_ms`. Returns once all have ended, with 0, or a second after SIGKILL with the number of those that have not. */
size_t jn_end(const struct jn_network *network, unsigned spawn, pid_t owner, int grace_ms);

/* Returns once `network` has no member of `spawn` any more, or the other end of `lifeline` is closed. */
void jn_wait_for_end(const struct jn_network *network, unsigned spawn, pid_t owner, int lifeline);

/* Removes the directory of `network` with all that is in it, unless it was not ours when it was registered, or another one has taken its place. */
void jn_remove(const struct jn_network *network);

#endif
