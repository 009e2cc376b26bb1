#include "capture/pcap_file.h"

#include "base/config.h"
#include "base/log.h"
#include "base/real.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { LINKTYPE_RAW = 101, SNAPLEN = 0x40000, PARTS = 64, WELL_ABOVE = 512 };

enum { UNKNOWN, OFF, ON };
static _Atomic int wanted;
static _Atomic int descriptor = -1;
static char path[4096];
static dev_t device;
static ino_t inode;

bool sw_pcap_file_is_wanted(void) {
    int state = atomic_load_explicit(&wanted, memory_order_acquire);
    if (state != UNKNOWN)
        return state == ON;
    const char *value = sw_config_value("SOCKET_WRAPPER_PCAP_FILE");
    if (value == NULL) {
        atomic_store(&wanted, OFF);
        return false;
    }
    int length = 0;
    /* Made absolute: the program may change its directory before the first packet. */
    if (value[0] != '/' && sw_real.syscall(SYS_getcwd, path, sizeof path - 1) > 0) {
        length = (int)strlen(path);
        path[length++] = '/';
    }
    if (strlen(value) >= sizeof path - (size_t)length) {
        SW_LOG_ONCE("SOCKET_WRAPPER_PCAP_FILE is longer than %zu bytes; nothing is captured", sizeof path - 1);
        atomic_store(&wanted, OFF);
        return false;
    }
    strcpy(path + length, value);
    atomic_store_explicit(&wanted, ON, memory_order_release);
    return true;
}

bool sw_pcap_file_owns(int fd) {
    return fd >= 0 && fd == atomic_load_explicit(&descriptor, memory_order_relaxed);
}

/* Far from the numbers that programs count on. */
static int move_up(int fd) {
    struct rlimit limit;
    int least = WELL_ABOVE;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 2 * WELL_ABOVE)
        least = (int)limit.rlim_cur * 3 / 4;
    int moved = sw_real.fcntl(fd, F_DUPFD_CLOEXEC, least);
    if (moved < 0)
        return fd;
    sw_real.close(fd);
    return moved;
}

static int write_header(int fd) {
    struct {
        uint32_t magic;
        uint16_t major, minor;
        uint32_t zone, accuracy, snaplen, linktype;
    } header = {0xa1b2c3d4, 2, 4, 0, 0, SNAPLEN, LINKTYPE_RAW};
    struct stat status;
    int result = 0;
    if (flock(fd, LOCK_EX) != 0 || fstat(fd, &status) != 0)
        return -errno;
    if (status.st_size == 0 && sw_real.write(fd, &header, sizeof header) != sizeof header)
        result = -errno;
    flock(fd, LOCK_UN);
    device = status.st_dev;
    inode = status.st_ino;
    return result;
}

static int open_capture(void) {
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    int result = fd < 0 ? -errno : write_header(fd);
    if (result < 0) {
        SW_LOG_ONCE("cannot write the capture '%s': %s; nothing is captured", path, strerror(-result));
        if (fd >= 0)
            sw_real.close(fd);
        atomic_store(&wanted, OFF);
        return -1;
    }
    fd = move_up(fd);
    int expected = -1;
    if (!atomic_compare_exchange_strong(&descriptor, &expected, fd)) {
        sw_real.close(fd);
        return expected;
    }
    return fd;
}

/* The descriptor, if it is still what we opened: raw system calls can close anything. */
static int own_descriptor(void) {
    int fd = atomic_load(&descriptor);
    struct stat status;
    if (fd >= 0 && fstat(fd, &status) == 0 && status.st_dev == device && status.st_ino == inode)
        return fd;
    atomic_store(&descriptor, -1);
    return open_capture();
}

void sw_pcap_file_append(const struct sw_packet *packet) {
    int saved_errno = errno;
    int fd = own_descriptor();
    if (fd >= 0) {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        uint32_t length = (uint32_t)(packet->header_length + packet->payload_length);
        uint32_t record[4] = {(uint32_t)now.tv_sec, (uint32_t)(now.tv_nsec / 1000), length, length};
        struct iovec parts[2 + PARTS] = {
            {record, sizeof record},
            {(void *)packet->header, packet->header_length},
        };
        unsigned count = packet->payload_parts < PARTS ? packet->payload_parts : PARTS;
        if (count > 0)
            memcpy(parts + 2, packet->payload, count * sizeof *parts);
        if (sw_real.writev(fd, parts, (int)count + 2) < 0)
            SW_LOG_ONCE("cannot write the capture '%s': %s", path, strerror(errno));
    }
    errno = saved_errno;
}
