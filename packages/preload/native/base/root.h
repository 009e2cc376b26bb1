/* root.h: the file system as it was before chroot(2).
 *
 * A server that locks itself into a directory, as haproxy and vsftpd do, goes on using the network, whose files are outside.
 * So the first root is kept open, and absolute paths of this library start there. */
#ifndef SW_BASE_ROOT_H
#define SW_BASE_ROOT_H

#include <stdbool.h>

/* Keeps the present root, if none is kept yet. Called before the root changes; keeps errno. */
void sw_root_keep(void);

/* Whether a root is kept. */
bool sw_root_is_kept(void);

/* A path of this library for openat(2) and its kin, as their first two arguments. */
#define SW_AT(path) sw_root_at(), sw_root_relative(path)
int sw_root_at(void);
const char *sw_root_relative(const char *path);

/* Calls `act` in the first root: relative paths start there, or in `directory` when that is no -1. For the calls that take a path and
 * no directory, bind(2) and connect(2) of Unix sockets. The process as a whole stays where it is, also when other threads look.
 * Nothing but `act` goes on meanwhile in this thread. 0 or a negative errno of the way there. */
int sw_root_call(int directory, void (*act)(void *), void *argument);

#endif
