/* path.h: the socket files of a network, and the calls that reach them. */
#ifndef SW_SOCKETS_PATH_H
#define SW_SOCKETS_PATH_H

#include "sockets/name.h"

#include <stdbool.h>
#include <sys/un.h>

/* The file of a name. A directory too long for sun_path is reached through a descriptor, open until sw_path_close(). */
struct sw_path {
    struct sockaddr_un address;
    socklen_t length;
    int directory; /* -1 when none was needed */
};
int sw_path_open(struct sw_path *path, const struct sw_network *network, const struct sw_name *name);
void sw_path_close(struct sw_path *path);

/* bind(2) and connect(2), of the kernel: 0 or a negative errno. */
int sw_path_bind(int fd, const struct sw_path *path);
int sw_path_connect(int fd, const struct sw_path *path);

/* sendmsg(2) to the file; `message` names no destination, before and after. The bytes sent or a negative errno. */
ssize_t sw_path_send(int fd, struct sw_path *path, struct msghdr *message, int flags);

/* Whether the file is there; lstat(2). */
bool sw_path_exists(const struct sw_path *path);

/* Lets the other users of the directory connect and send, whatever the program's umask(2), which bind(2) obeys. */
void sw_path_open_to_others(const struct sw_path *path);

/* unlink(2) and link(2): 0 or a negative errno. */
int sw_path_unlink(const struct sw_path *path);
int sw_path_link(const struct sw_path *from, const struct sw_path *to);

#endif
