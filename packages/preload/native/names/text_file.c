#include "names/text_file.h"

#include "base/clock.h"
#include "base/process.h"
#include "base/root.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* What tells one state of a file from another. */
struct version {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec modified;
};

struct sw_text {
    atomic_uint uses;
    struct version version;
    bool settled; /* written long enough ago that the next write will have another time */
    size_t size;
    char bytes[];
};

enum { CLOCK_STEP_MS = 50 }; /* times of files advance with the kernel's tick, 1 to 10 ms */

/* SW_LOCK_TEXTS guards these alone. Nothing but a pointer and a count changes while it is held. */
static struct sw_text *slots[SW_TEXT_SLOTS];

/* Raw system calls: open(2) and its like may be ours, and answer for sockets. */
static long retry(long number, long one, long two, long three, long four) {
    long result;
    do
        result = syscall(number, one, two, three, four);
    while (result < 0 && errno == EINTR);
    return result;
}

static struct version version_of(const struct stat *file) {
    return (struct version){file->st_dev, file->st_ino, file->st_size, file->st_mtim};
}

static bool same_version(const struct version *one, const struct version *other) {
    return one->device == other->device && one->inode == other->inode && one->size == other->size &&
           one->modified.tv_sec == other->modified.tv_sec && one->modified.tv_nsec == other->modified.tv_nsec;
}

static bool is_settled(const struct version *version) {
    struct timespec now = sw_clock(CLOCK_REALTIME);
    int64_t age_ms = (int64_t)(now.tv_sec - version->modified.tv_sec) * 1000 +
                     (now.tv_nsec - version->modified.tv_nsec) / 1000000;
    return age_ms > CLOCK_STEP_MS;
}

int sw_text_open(const char *path) {
    int saved_errno = errno;
    struct stat file;
    int fd = (int)retry(SYS_openat, sw_root_at(), (long)sw_root_relative(path), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);
    int result = fd < 0 ? -errno : fd;
    if (fd >= 0 && (retry(SYS_fstat, fd, (long)&file, 0, 0) < 0 || !S_ISREG(file.st_mode))) {
        syscall(SYS_close, fd);
        result = -EINVAL;
    }
    errno = saved_errno;
    return result;
}

static struct sw_text *read_text(int fd) {
    struct stat file;
    if (retry(SYS_fstat, fd, (long)&file, 0, 0) < 0)
        return NULL;
    size_t room = file.st_size > SW_TEXT_SIZE_MAX ? SW_TEXT_SIZE_MAX : (size_t)file.st_size;
    struct sw_text *text = malloc(sizeof *text + room);
    if (text == NULL)
        return NULL;
    atomic_init(&text->uses, 1);
    text->version = version_of(&file);
    text->settled = is_settled(&text->version);
    text->size = 0;
    while (text->size < room) {
        long got = retry(SYS_read, fd, (long)(text->bytes + text->size), (long)(room - text->size), 0);
        if (got <= 0)
            break;
        text->size += (size_t)got;
    }
    return text;
}

/* The text in the slot, when it is still what the file says. */
static struct sw_text *acquire_kept(enum sw_text_slot slot, const struct version *now) {
    pthread_mutex_t *lock = sw_process_lock(SW_LOCK_TEXTS);
    pthread_mutex_lock(lock);
    struct sw_text *text = slots[slot];
    if (text != NULL && text->settled && same_version(&text->version, now))
        atomic_fetch_add_explicit(&text->uses, 1, memory_order_relaxed);
    else
        text = NULL;
    pthread_mutex_unlock(lock);
    return text;
}

static void keep(enum sw_text_slot slot, struct sw_text *text) {
    pthread_mutex_t *lock = sw_process_lock(SW_LOCK_TEXTS);
    atomic_fetch_add_explicit(&text->uses, 1, memory_order_relaxed);
    pthread_mutex_lock(lock);
    struct sw_text *replaced = slots[slot];
    slots[slot] = text;
    pthread_mutex_unlock(lock);
    sw_text_release(replaced);
}

struct sw_text *sw_text_acquire(enum sw_text_slot slot, const char *path) {
    int saved_errno = errno;
    struct stat file;
    struct sw_text *text = NULL;
    if (retry(SYS_newfstatat, sw_root_at(), (long)sw_root_relative(path), (long)&file, 0) == 0 && S_ISREG(file.st_mode)) {
        struct version now = version_of(&file);
        text = acquire_kept(slot, &now);
        int fd = text == NULL ? sw_text_open(path) : -1;
        if (fd >= 0) {
            text = read_text(fd);
            syscall(SYS_close, fd);
            if (text != NULL)
                keep(slot, text);
        }
    }
    errno = saved_errno;
    return text;
}

void sw_text_release(struct sw_text *text) {
    if (text != NULL && atomic_fetch_sub_explicit(&text->uses, 1, memory_order_acq_rel) == 1)
        free(text);
}

const char *sw_text_bytes(const struct sw_text *text) {
    return text->bytes;
}

size_t sw_text_size(const struct sw_text *text) {
    return text->size;
}
