#include "sockets/spill.h"

#include "base/parts.h"
#include "base/real.h"
#include "sockets/life.h"
#include "sockets/options.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The file: where reading goes on, then the datagrams, each behind its header. */
struct spill_header {
    uint32_t length;
    struct sw_name source;
};
enum { FIRST = sizeof(uint64_t), MOST = 65535 };

/* What the kernel charges SO_RCVBUF beyond the payload, roughly: struct sk_buff and the slack of its data. */
enum { OVERHEAD = 768 };

static int open_file(const struct sw_network *network, const struct sw_record *receiver, int flags) {
    char path[PATH_MAX + 32];
    snprintf(path, sizeof path, "%s/.spill-%llX", network->directory, (unsigned long long)atomic_load(&receiver->cookie));
    return open(path, flags | O_CLOEXEC | O_NOFOLLOW, sw_network_file_mode(network));
}

static off_t reading_offset(int fd) {
    uint64_t offset;
    return pread(fd, &offset, sizeof offset, 0) == sizeof offset && offset >= FIRST ? (off_t)offset : FIRST;
}

static unsigned room(const struct sw_record *receiver) {
    int set = sw_options_of((struct sw_record *)receiver)->receive_buffer;
    return set != 0 ? (unsigned)set : 212992;
}

void sw_spill_put(struct sw_network *network, struct sw_record *receiver, const struct sw_name *source, const struct msghdr *message) {
    sigset_t mask;
    sw_network_lock(network, &mask);
    int fd = open_file(network, receiver, O_RDWR | O_CREAT);
    struct stat status;
    if (fd >= 0 && fstat(fd, &status) == 0) {
        struct spill_header header = {.source = *source};
        struct iovec parts[2 + 64] = {{&header, sizeof header}};
        size_t count = message->msg_iovlen < 64 ? message->msg_iovlen : 64;
        for (size_t i = 0; i < count; i++) {
            parts[1 + i] = message->msg_iov[i];
            header.length += (uint32_t)message->msg_iov[i].iov_len;
        }
        off_t begin = reading_offset(fd), end = status.st_size < FIRST ? FIRST : status.st_size;
        uint64_t waiting = (uint64_t)(end - begin) + (uint64_t)atomic_load(&receiver->spilled) * OVERHEAD;
        if (header.length <= MOST && waiting + header.length < room(receiver) &&
            pwritev(fd, parts, (int)count + 1, end) == (ssize_t)(sizeof header + header.length))
            atomic_fetch_add(&receiver->spilled, 1);
    }
    if (fd >= 0)
        sw_real.close(fd);
    sw_network_unlock(network, &mask);
}

static ssize_t scatter(int fd, off_t offset, const struct spill_header *header, struct msghdr *message) {
    char data[MOST];
    if (pread(fd, data, header->length, offset) != (ssize_t)header->length)
        return -EAGAIN;
    message->msg_flags = sw_parts_scatter(message, data, header->length) < header->length ? MSG_TRUNC : 0;
    return (ssize_t)header->length;
}

ssize_t sw_spill_take(struct sw_network *network, struct sw_record *receiver, struct sw_name *source, struct msghdr *message, bool peek) {
    if (atomic_load(&receiver->spilled) == 0)
        return -EAGAIN;
    sigset_t mask;
    ssize_t result = -EAGAIN;
    sw_network_lock(network, &mask);
    int fd = open_file(network, receiver, O_RDWR);
    if (fd >= 0) {
        off_t offset = reading_offset(fd);
        struct spill_header header;
        if (pread(fd, &header, sizeof header, offset) == sizeof header && header.length <= MOST) {
            *source = header.source;
            result = scatter(fd, offset + (off_t)sizeof header, &header, message);
        }
        if (result < 0 || !peek) {
            uint64_t next = (uint64_t)offset + sizeof header + (result < 0 ? 0 : header.length);
            uint32_t left = result < 0 ? 0 : atomic_fetch_sub(&receiver->spilled, 1) - 1;
            atomic_store(&receiver->spilled, left);
            if (left == 0 && ftruncate(fd, 0) != 0)
                result = -errno;
            else if (left != 0 && pwrite(fd, &next, sizeof next, 0) != sizeof next)
                result = -errno;
        }
        sw_real.close(fd);
    } else {
        atomic_store(&receiver->spilled, 0);
    }
    sw_network_unlock(network, &mask);
    return result;
}

void sw_spill_send_token(struct sw_network *network, struct sw_record *receiver) {
    int saved_errno = errno;
    struct sw_name name = sw_record_name(receiver);
    struct sw_path path;
    int fd = sw_real.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && sw_path_open(&path, network, &name) == 0) {
        /* A queue that is full needs no token: it is readable. */
        sw_real.sendto(fd, "", 0, MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&path.address, path.length);
        sw_path_close(&path);
    }
    if (fd >= 0)
        sw_real.close(fd);
    errno = saved_errno;
}

void sw_spill_discard(struct sw_network *network, struct sw_record *receiver) {
    int fd = open_file(network, receiver, O_RDWR);
    if (fd < 0)
        return;
    sw_real.close(fd);
    char path[PATH_MAX + 32];
    snprintf(path, sizeof path, "%s/.spill-%llX", network->directory, (unsigned long long)atomic_load(&receiver->cookie));
    unlink(path);
}
