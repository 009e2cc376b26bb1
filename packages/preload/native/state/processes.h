/* processes.h: the table of the processes that take part in a network. */
#ifndef SW_STATE_PROCESSES_H
#define SW_STATE_PROCESSES_H

#include "state/network.h"

void sw_processes_enter(struct sw_network *network, uint32_t pid);

/* The same for a child of a fork, which may be this process. */
void sw_processes_enter_child(struct sw_network *network, uint32_t child);

/* Takes this process out, and its recording with it. */
void sw_processes_leave(struct sw_network *network);

#endif
