/* network.h: the networks this process takes part in: a directory and its mapped `.state` each.
 *
 * A network is opened the first time it is needed. It stays until the process ends, but in an attached process, which has
 * thousands in turn: there it is closed, and its memory goes once no socket points into it. */
#ifndef SW_STATE_NETWORK_H
#define SW_STATE_NETWORK_H

#include "base/config.h"
#include "state/layout.h"

#include <limits.h>
#include <signal.h>
#include <stdbool.h>

struct sw_recorder; /* capture/recorder.h */

struct sw_network {
    unsigned index;              /* in this process's table, for the descriptor table */
    _Atomic unsigned sockets;    /* entries of the descriptor table that name it */
    struct sw_network *next_closed;
    unsigned idle_sweeps;        /* since it was closed: how often it was found without sockets */
    struct sw_state *state;
    enum sw_ipv4_network ipv4_network;
    unsigned directory_length;
    struct sw_recorder *_Atomic recorder;              /* the capture's, made with the first packet */
    void (*_Atomic recorder_ends)(struct sw_network *network); /* gives the recorder back; NULL while there is none */
    bool capture_is_adopted;     /* the path is another process's, and holds while that one lives */
    bool capture_is_private;     /* a pipe or standard output: no other process can record into it */
    _Atomic uint32_t adopted_looks; /* how often the capture was taken to be adopted still: sw_network_is_recorded_lately() */
    char capture_path[PATH_MAX]; /* absolute; empty when nothing is recorded */
    char given[PATH_MAX];        /* as in the variable */
    char directory[PATH_MAX];    /* resolved */
};

/* The network that SOCKET_WRAPPER_DIR names now. 0 and NULL when the library is off; a negative errno, after one line on
 * stderr, when the directory cannot be used. */
int sw_network_current(struct sw_network **network);

/* Most processes have one network; the table of the others is made for the first of them. */
enum { SW_FIRST_NETWORKS = 8 };
extern struct sw_network *_Atomic sw_first_networks[SW_FIRST_NETWORKS];
struct sw_network *sw_network_at_later(unsigned index);

/* The network with this index; NULL when there is none. Indexes of closed networks are used again. */
static inline struct sw_network *sw_network_at(unsigned index) {
    return index < SW_FIRST_NETWORKS ? atomic_load_explicit(&sw_first_networks[index], memory_order_acquire) : sw_network_at_later(index);
}

/* All indexes are below this. */
unsigned sw_network_count(void);

/* Ends this process's part in a network of an attached process. A network that sockets of this process still point into stays
 * mapped until they are closed. */
void sw_network_close(struct sw_network *network);

/* Unmaps the networks that were closed before, and whose sockets are closed since. Each sw_network_close() does so as well. */
void sw_network_sweep(void);

/* Whoever looks at networks that no socket of its own holds pins them all meanwhile: none is unmapped. Never waits. */
void sw_network_pin(void);
void sw_network_unpin(void);

/* Whether this process has ever had a network: while it has not, every call can go straight to libc. */
bool sw_network_any(void);

/* Notes that a process lives on `interface`, so that a connection to it is refused rather than unreachable. */
void sw_network_host_seen(struct sw_network *network, unsigned interface);
bool sw_network_host_is_known(const struct sw_network *network, unsigned interface);

/* Raises `changes` and wakes those who watch `.state`. */
void sw_network_ring(struct sw_network *network);

/* Enters a child of a fork in every network of this process, which may be the child itself. */
void sw_network_enter_child(uint32_t child);

#endif
