/* life.h: how redirected sockets come to be and go. */
#ifndef SW_SOCKETS_LIFE_H
#define SW_SOCKETS_LIFE_H

#include "sockets/name.h"
#include "state/fd_table.h"

/* socket(2) for AF_INET and AF_INET6. */
int sw_socket_create(int family, int type, int protocol);

/* Gives the Unix socket `fd` a record. NULL when there is no room; the caller closes `fd`. */
struct sw_record *sw_socket_register(struct sw_network *network, int fd, int family, int type);

/* close(2). */
int sw_socket_close(struct sw_socket *socket);

/* Before `fd` is closed as a side effect, by dup2(2) or close_range(2): what sw_socket_close() does but the close itself. What it
 * answers is for sw_socket_closed() afterwards. */
struct sw_closing {
    struct sw_network *network;
    struct sw_record *record; /* NULL when nothing is left to do */
    bool held_elsewhere;
};
struct sw_closing sw_socket_closing(struct sw_socket *socket);
void sw_socket_closed(const struct sw_closing *closing);

/* Whether the socket behind `name` is there; a file of a dead process is not. */
bool sw_name_is_served(const struct sw_network *network, const struct sw_name *name);

/* The name that the record's Unix socket is bound with. */
struct sw_name sw_record_name(const struct sw_record *record);

/* Whether other processes may have the socket as well. */
bool sw_socket_may_be_held_elsewhere(const struct sw_record *record);

/* Removes the record's files. */
void sw_socket_unlink(const struct sw_network *network, const struct sw_record *record);

/* Removes the record's files and then the record. */
void sw_socket_release(struct sw_network *network, struct sw_record *record);

/* At exit: releases what nobody else holds. */
void sw_socket_release_all(void);

#endif
