/* backlog.h: connections that find no room in a listener's queue.
 *
 * TCP lets connect(2) go on until there is room: accept_backlog_full.c shows it. A Unix socket either waits in the call or gives up, so the
 * queue of the Unix listener is always a long one, and the program's number is counted here. A client beyond it is connected but filled up: it
 * can be neither read nor written, and nobody who waits for it wakes, until accept(2) empties it again. What it was filled with no program
 * ever sees. Who finds no room asks the kernel whether the count is right: processes die, and some take connections without the library. */
#ifndef SW_SOCKETS_BACKLOG_H
#define SW_SOCKETS_BACKLOG_H

#include "state/fd_table.h"

/* listen(2) with this number. */
void sw_backlog_set(struct sw_record *listener, int backlog);

/* Before `client` connects to `listener`: when there is no room for it, it becomes SW_WAITING. */
void sw_backlog_enter(struct sw_record *listener, struct sw_record *client);

/* Takes that back, for a client that could not connect. */
void sw_backlog_leave(struct sw_record *listener, struct sw_record *client);

/* Once a waiting client is connected: fills it. False when it was accepted meanwhile, and waits no more. */
bool sw_backlog_hold(const struct sw_socket *client);

/* accept(2) has taken the connection `fd`, whose `client` may be unknown. False when that has given up waiting: TCP would not have shown it. */
bool sw_backlog_accepted(struct sw_record *listener, int fd, struct sw_record *client);

/* Whether the listener that `client` waits for is gone. */
bool sw_backlog_was_closed(const struct sw_socket *client);

/* accept(2) has found nobody. */
void sw_backlog_is_empty(struct sw_record *listener);

#endif
