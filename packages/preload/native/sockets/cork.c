#include "sockets/cork.h"

#include "base/own_file.h"
#include "base/parts.h"
#include "base/real.h"
#include "base/root.h"
#include "sockets/options.h"
#include "state/files.h"
#include "state/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* How the file begins; the data follow. */
struct beginning {
    struct sw_address destination;
    struct sw_site target;
    struct sw_control control;
};

bool sw_cork_is_pending(const struct sw_record *record) {
    return ((const struct sw_options *)(const void *)record->options)->corked != 0;
}

static void path_of(char *path, const struct sw_network *network, const struct sw_record *record) {
    sw_network_socket_path(network->directory, ".cork-", atomic_load(&record->cookie), path);
}

static int open_file(const struct sw_socket *socket, int flags) {
    char path[sw_network_own_path_size(socket->network->directory)];
    path_of(path, socket->network, socket->record);
    int fd = sw_own_file_open(path, flags | O_NOFOLLOW, sw_network_file_mode(socket->network));
    return fd < 0 ? -errno : fd;
}

/* Writes all parts at `offset`, however many they are. */
static int write_parts(int fd, const struct msghdr *message, off_t offset) {
    enum { PIECES = 64 };
    size_t total = sw_parts_length(message);
    for (size_t done = 0; done < total;) {
        struct iovec pieces[PIECES];
        size_t count;
        sw_parts_window(message, done, total - done, pieces, PIECES, &count);
        ssize_t written = sw_own_file_write(fd, pieces, count, offset + (off_t)done);
        if (written <= 0)
            return written < 0 ? -errno : -ENOSPC;
        done += (size_t)written;
    }
    return 0;
}

static int begin(const struct sw_delivery *delivery) {
    struct beginning beginning;
    /* The bytes between its fields go to the file as well. */
    memset(&beginning, 0, sizeof beginning);
    beginning.destination = delivery->destination;
    beginning.target.scope = delivery->target.scope;
    beginning.target.wire_family = delivery->target.wire_family;
    beginning.target.interface = delivery->target.interface;
    beginning.target.loopback_address = delivery->target.loopback_address;
    beginning.control.segment = delivery->control.segment;
    beginning.control.ttl = delivery->control.ttl;
    beginning.control.tos = delivery->control.tos;
    beginning.control.source = delivery->control.source;
    struct sw_record *record = delivery->socket->record;
    int fd = open_file(delivery->socket, O_WRONLY | O_CREAT | O_TRUNC);
    if (fd < 0)
        return fd;
    int result = sw_own_file_write(fd, &(struct iovec){&beginning, sizeof beginning}, 1, 0) == sizeof beginning ? 0 : -EIO;
    if (result == 0)
        result = write_parts(fd, &delivery->message, sizeof beginning);
    sw_real.close(fd);
    sw_options_of(record)->corked = 1;
    if (result < 0)
        sw_cork_discard(delivery->socket->network, record);
    return result;
}

static int add(struct sw_socket *socket, const struct msghdr *message) {
    enum { IPV4_MOST = 65507, IPV6_MOST = 65527 };
    struct beginning beginning;
    struct stat status;
    int fd = open_file(socket, O_RDWR);
    if (fd < 0)
        return fd;
    int result = -EAGAIN;
    if (pread(fd, &beginning, sizeof beginning, 0) == sizeof beginning && fstat(fd, &status) == 0) {
        size_t waiting = (size_t)status.st_size - sizeof beginning;
        size_t most = beginning.target.wire_family == 4 ? IPV4_MOST : IPV6_MOST;
        result = waiting + sw_parts_length(message) > most ? -EMSGSIZE : write_parts(fd, message, status.st_size);
    }
    sw_real.close(fd);
    /* ip_append_data() fails: udp_flush_pending_frames(). */
    if (result < 0)
        sw_cork_discard(socket->network, socket->record);
    return result;
}

int sw_cork_begin(const struct sw_delivery *delivery) {
    sigset_t mask;
    sw_network_lock(delivery->socket->network, &mask);
    /* Another thread may have begun meanwhile. */
    int result = sw_cork_is_pending(delivery->socket->record) ? add(delivery->socket, &delivery->message) : begin(delivery);
    sw_network_unlock(delivery->socket->network, &mask);
    return result;
}

int sw_cork_add(struct sw_socket *socket, const struct msghdr *message) {
    sigset_t mask;
    sw_network_lock(socket->network, &mask);
    int result = sw_cork_is_pending(socket->record) ? add(socket, message) : -ENOENT;
    sw_network_unlock(socket->network, &mask);
    return result;
}

static ssize_t take(struct sw_socket *socket, struct sw_delivery *delivery, char *data) {
    if (!sw_cork_is_pending(socket->record))
        return -EAGAIN;
    struct beginning beginning;
    ssize_t length = -EAGAIN;
    int fd = open_file(socket, O_RDONLY);
    if (fd >= 0) {
        if (pread(fd, &beginning, sizeof beginning, 0) == sizeof beginning)
            length = pread(fd, data, SW_CORK_MOST, sizeof beginning);
        sw_real.close(fd);
    }
    sw_cork_discard(socket->network, socket->record);
    if (length < 0)
        return -EAGAIN;
    delivery->destination = beginning.destination;
    delivery->target = beginning.target;
    delivery->control = beginning.control;
    return length;
}

ssize_t sw_cork_take(struct sw_socket *socket, struct sw_delivery *delivery, char *data) {
    sigset_t mask;
    sw_network_lock(socket->network, &mask);
    ssize_t length = take(socket, delivery, data);
    sw_network_unlock(socket->network, &mask);
    return length;
}

void sw_cork_discard(const struct sw_network *network, struct sw_record *record) {
    if (!sw_cork_is_pending(record))
        return;
    int saved_errno = errno;
    char path[sw_network_own_path_size(network->directory)];
    sw_options_of(record)->corked = 0;
    path_of(path, network, record);
    unlinkat(SW_AT(path), 0);
    errno = saved_errno;
}
