/* files.h: the files that the library keeps in a network's directory beside its sockets: what they are called, and whom they serve. */
#ifndef SW_STATE_FILES_H
#define SW_STATE_FILES_H

#include "state/network.h"

#include <string.h>
#include <sys/types.h>

/* The path of a file of the library's own in a network's `directory`: `.state` and the like. `path` has as much room as sw_network_own_path_size()
 * says, not PATH_MAX: stacks may be small. */
enum { SW_OWN_NAME_SIZE = 32 };
static inline size_t sw_network_own_path_size(const char *directory) {
    return strlen(directory) + 1 + SW_OWN_NAME_SIZE;
}
void sw_network_own_path(const char *directory, const char *name, char *path);

/* The same for a file that belongs to one socket: `prefix`, and the socket's SO_COOKIE in hexadecimal digits. */
void sw_network_socket_path(const char *directory, const char *prefix, uint64_t cookie, char *path);

/* Whether users beside the owner of the directory were let in (state/users.h). */
bool sw_network_has_other_users(const struct sw_network *network);

/* The mode of a file that is made in the directory: its owner's alone, unless other users were let in, whose rights the group's bits
 * bound then. */
mode_t sw_network_file_mode(const struct sw_network *network);

/* What root makes in somebody's directory is that somebody's: programs that change their user must find it open. */
void sw_network_give_to_owner(int fd, const char *directory);

#endif
