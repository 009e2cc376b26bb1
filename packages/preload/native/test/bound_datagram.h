/* bound_datagram.h: a datagram socket of a network in the working directory: a record, and the Unix socket behind it, bound to its file. */
#ifndef SW_TEST_BOUND_DATAGRAM_H
#define SW_TEST_BOUND_DATAGRAM_H

#include "sockets/life.h"
#include "sockets/options.h"
#include "sockets/path.h"
#include "state_in_memory.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* On the host 127.0.0.11, with `port`. */
static inline struct sw_socket bind_datagram(struct sw_network *network, uint16_t port) {
    struct sw_path path;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct sw_record *record = sw_record_create(network, sw_cookie_of(fd));
    record->type = SOCK_DGRAM;
    record->family = AF_INET;
    record->interface = record->name_interface = 11;
    record->name_family = 4;
    record->name_port = record->local.port = port;
    record->local.family = AF_INET;
    memcpy(record->local.bytes, (uint8_t[]){127, 0, 0, 11}, 4);
    sw_options_start(record);
    struct sw_name name = sw_record_name(record);
    if (sw_path_open(&path, network, &name) < 0 || sw_path_bind(fd, &path) < 0)
        abort();
    sw_path_close(&path);
    return (struct sw_socket){fd, network, record};
}

static inline void close_datagram(struct sw_socket *socket) {
    struct sw_path path;
    struct sw_name name = sw_record_name(socket->record);
    if (sw_path_open(&path, socket->network, &name) == 0) {
        sw_path_unlink(&path);
        sw_path_close(&path);
    }
    close(socket->fd);
    sw_record_free(socket->network, socket->record);
}

#endif
