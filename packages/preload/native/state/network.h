/* network.h: the networks this process takes part in: a directory and its mapped `.state` each.
 *
 * A network is opened the first time it is needed and stays until the process ends: sockets point into it. */
#ifndef SW_STATE_NETWORK_H
#define SW_STATE_NETWORK_H

#include "base/config.h"
#include "state/layout.h"

#include <limits.h>
#include <signal.h>
#include <stdbool.h>

struct sw_network {
    struct sw_network *next;
    unsigned index;              /* in this process's list, for the descriptor table */
    struct sw_state *state;
    enum sw_ipv4_network ipv4_network;
    unsigned directory_length;
    char given[PATH_MAX];        /* as in the variable */
    char directory[PATH_MAX];    /* resolved */
};

/* The network that SOCKET_WRAPPER_DIR names now. 0 and NULL when the library is off; a negative errno, after one line on
 * stderr, when the directory cannot be used. */
int sw_network_current(struct sw_network **network);

/* The network with this index; NULL when there is none. */
struct sw_network *sw_network_at(unsigned index);

/* Whether this process has ever had a network: while it has not, every call can go straight to libc. */
bool sw_network_any(void);

/* Notes that a process lives on `interface`, so that a connection to it is refused rather than unreachable. */
void sw_network_host_seen(struct sw_network *network, unsigned interface);
bool sw_network_host_is_known(const struct sw_network *network, unsigned interface);

/* Raises `changes` and wakes those who watch `.state`. */
void sw_network_ring(struct sw_network *network);

/* The lock under which ports are claimed and stale files are taken over. Survives a holder that dies. Signals are blocked
 * meanwhile; `mask` keeps what to restore. */
void sw_network_lock(struct sw_network *network, sigset_t *mask);
void sw_network_unlock(struct sw_network *network, const sigset_t *mask);

/* Enters this process in the table of the network; leaving undoes it. */
void sw_network_enter_process(struct sw_network *network);
void sw_network_leave_process(struct sw_network *network);

/* For the child of a fork: its own entry in every network. */
void sw_network_after_fork_in_child(void);

#endif
