/* lock.h: the lock of a network, under which its processes claim ports and take over stale files. Survives a holder that dies. */
#ifndef SW_STATE_LOCK_H
#define SW_STATE_LOCK_H

#include "state/network.h"

/* Signals are blocked meanwhile; `mask` keeps what to restore. */
void sw_network_lock(struct sw_network *network, sigset_t *mask);
void sw_network_unlock(struct sw_network *network, const sigset_t *mask);

#endif
