#include "capture/renewal.h"

#include "base/own_file.h"
#include "base/real.h"
#include "capture/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

/* Positions stay far from the end of their numbers. */
static const uint64_t LAST_POSITION = UINT64_MAX / 4;

/* The kernel grants a lease for writing to whoever alone has the file open for it, by a descriptor or by a mapping that has outlived its own. It is
 * given back at once: no other process knows where the file is. */
static int check_nobody_has(int fd) {
    if (sw_real.fcntl(fd, F_SETLEASE, F_WRLCK) != 0)
        return -errno;
    return sw_real.fcntl(fd, F_SETLEASE, F_UNLCK) == 0 ? 0 : -errno;
}

static int check_is_private(const struct stat *status) {
    if (!S_ISREG(status->st_mode) || status->st_nlink != 1)
        return -EBADMSG;
    /* The group's bits bound what an access control list gives (acl(5)). */
    return status->st_uid != geteuid() || (status->st_mode & (S_IRWXG | S_IRWXO)) != 0 ? -EPERM : 0;
}

static uint64_t smaller(uint64_t one, uint64_t other) {
    return one < other ? one : other;
}

/* Others are never inherited: sw_ring_inherit(). */
static int check_is_usual(int fd, const struct sw_ring_header *header) {
    struct statfs system;
    return fstatfs(fd, &system) == 0 && header->size == sw_recorder_bytes_on(&system) && header->packet_limit == 0 ? 0 : -ENOTSUP;
}

/* The header of a ring that begins where nothing was recorded yet, at the first byte of the file. */
static int renewed(const struct sw_ring_header *old, off_t file_size, struct sw_ring_header *header) {
    const uint64_t size = old->size, head = old->head;
    if (old->magic != SW_RING_MAGIC || !sw_ring_size_is_sound(size) || file_size != (off_t)(SW_RING_HEADER + size) || old->begin > head ||
        head > LAST_POSITION)
        return -EBADMSG;
    const uint64_t begin = (head + size - 1) / size * size, way = head - old->begin;
    const uint64_t reserved = smaller(old->reserved, size);
    *header = (struct sw_ring_header){.magic = SW_RING_MAGIC, .size = size, .head = begin, .begin = begin};
    header->reserved = reserved;
    header->used = smaller(way > old->used ? way : old->used, reserved);
    header->drained[0].position = begin;
    return 0;
}

static int renew(int fd) {
    struct stat status;
    struct sw_ring_header old, header;
    int result = fstat(fd, &status) == 0 ? check_is_private(&status) : -errno;
    if (result == 0)
        result = check_nobody_has(fd);
    if (result < 0)
        return result;
    if (pread(fd, &old, sizeof old, 0) != (ssize_t)sizeof old)
        return -EBADMSG;
    result = check_is_usual(fd, &old);
    if (result == 0)
        result = renewed(&old, status.st_size, &header);
    if (result == 0 && sw_own_file_write(fd, &(struct iovec){&header, sizeof header}, 1, 0) != (ssize_t)sizeof header)
        result = -EIO;
    return result;
}

int sw_ring_renew(const char *path) {
    int fd = sw_real.open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return -errno;
    int result = renew(fd);
    sw_real.close(fd);
    return result;
}
