/* config.h: what the environment asks for, read when it is needed.
 *
 * A program may set the variables at run time, so each call reads them anew. A program that wipes its whole environment, as
 * nginx does, keeps what was set at the start: LD_PRELOAD being gone is the sign of that. A variable that was unset on
 * its own is unset.
 *
 * An attached process is on many networks at once: the variables are those of the caller's place. */
#ifndef SW_BASE_CONFIG_H
#define SW_BASE_CONFIG_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

enum sw_ipv4_network { SW_NETWORK_127, SW_NETWORK_10_53_57 };

enum { SW_INTERFACE_MIN = 1, SW_INTERFACE_MAX = 254 };

struct sw_network; /* state/network.h */

/* One host of one network, for a thread of an attached process. */
struct sw_config_place {
    const char *directory;
    enum sw_ipv4_network ipv4_network;
    int interface;
    const char *capture_file;   /* absolute; NULL when nothing is recorded */
    char *const *variables;     /* "NAME=value" that put a child there, LD_PRELOAD first; NULL at the end */
    struct sw_network *network; /* state/network.c keeps it here once it is open */
};

/* Makes this process an attached one. From now on `choose` says where the calling thread is; NULL is on no network. Called
 * once, before anything else. */
void sw_config_attach(struct sw_config_place *(*choose)(void));
bool sw_config_is_attached(void);

/* Where the calling thread of an attached process is; NULL when on no network, and always in a process that is not attached. */
struct sw_config_place *sw_config_place(void);

/* Remembers the environment of the start. Called by the constructor, before anything else. */
void sw_config_start(void);

/* The value of one of our variables (SOCKET_WRAPPER_…, NSS_WRAPPER_…) now; NULL when unset or empty. The string
 * lives as long as the environment leaves it alone. */
const char *sw_config_value(const char *name);

/* -EINVAL, after one line on stderr, when one of the variables that count from the start on has a bad value. Those that are set later
 * are judged where they are used. */
int sw_config_check(void);

/* SOCKET_WRAPPER_DIR as given; NULL when the library is off. */
const char *sw_config_directory(void);

/* The host of this process: 1 to 254, 1 when unset. 0, after one line on stderr, for a bad value. */
int sw_config_interface(void);

/* The host that a socket made on host `made_on` is on now: an attached process never moves its sockets. */
int sw_config_interface_of_socket(unsigned made_on);

/* 0 and the network, or -EINVAL after one line on stderr. Read once per process, as the peer does. */
int sw_config_ipv4_network(enum sw_ipv4_network *network);

/* SOCKET_WRAPPER_PCAP_FILE as given; NULL when nothing is recorded. */
const char *sw_config_capture_file(void);

/* SOCKET_WRAPPER_SPAWN, 0 when unset. */
uint32_t sw_config_spawn(void);

/* SOCKET_WRAPPER_MTU: bytes of an IP packet in the capture, 1500 when unset or bad. */
unsigned sw_config_mtu(void);

/* SOCKET_WRAPPER_MAX_SOCKETS: how many redirected sockets this process may have at a time. */
unsigned sw_config_max_sockets(void);

/* 0, or -EACCES after one line on stderr: this process has become a user who may not read the library. ld.so would start
 * programs without it, on the real network. */
int sw_config_library_is_readable(void);

/* How much `storage` sw_config_environment_for_child() needs for a program that is started with `environment`. */
unsigned sw_config_storage_for_child(char *const *environment);

/* The environment for a program about to be started with `environment`, which may be the caller's own: the library stays
 * loaded in it even when the caller wiped it. Writes at most `room` pointers with the final NULL; strings that
 * had to be made are in `storage`. Returns `environment` itself when nothing is missing or there is no room.
 * Async-signal-safe: used between vfork(2) and execve(2). */
char *const *sw_config_environment_for_child(char *const *environment, char **pointers, unsigned room, char *storage,
                                             unsigned storage_size);

#endif
