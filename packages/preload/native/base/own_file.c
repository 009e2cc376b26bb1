#include "base/own_file.h"

#include "base/root.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* While SIGXFSZ waits. */
struct pause {
    bool is_needed;
    bool was_pending; /* before: the program's own, which stays */
    sigset_t mask;
};

static void begin_pause(struct pause *pause) {
    struct rlimit limit;
    sigset_t signals;
    pause->is_needed = getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
    if (!pause->is_needed)
        return;
    pause->was_pending = sigpending(&signals) == 0 && sigismember(&signals, SIGXFSZ) == 1;
    sigemptyset(&signals);
    sigaddset(&signals, SIGXFSZ);
    pthread_sigmask(SIG_BLOCK, &signals, &pause->mask);
}

static ssize_t end_pause(const struct pause *pause, ssize_t result) {
    if (!pause->is_needed)
        return result;
    int saved_errno = errno;
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGXFSZ);
    /* The kernel sends it to the thread that has asked, before the call returns. */
    if (result < 0 && saved_errno == EFBIG && !pause->was_pending)
        sigtimedwait(&signals, NULL, &(struct timespec){0});
    pthread_sigmask(SIG_SETMASK, &pause->mask, NULL);
    errno = saved_errno;
    return result;
}

/* errno is untouched. */
static bool give_back_rights(const char *path) {
    int saved_errno = errno;
    struct stat status;
    enum { RIGHTS = S_IRUSR | S_IWUSR };
    bool given = fstatat(SW_AT(path), &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(status.st_mode) && (status.st_mode & RIGHTS) != RIGHTS &&
                 fchmodat(SW_AT(path), (status.st_mode & 07777) | RIGHTS, 0) == 0;
    errno = saved_errno;
    return given;
}

int sw_own_file_open(const char *path, int flags, mode_t mode) {
    int saved_errno = errno;
    int fd = openat(SW_AT(path), flags | O_CLOEXEC, mode);
    if (fd >= 0 || errno != EACCES || !give_back_rights(path))
        return fd;
    errno = saved_errno;
    return openat(SW_AT(path), flags | O_CLOEXEC, mode);
}

void sw_own_file_keep_rights(int fd, mode_t found, mode_t mode) {
    int saved_errno = errno;
    if ((found & mode & S_IRWXU) != (mode & S_IRWXU))
        fchmod(fd, (found & 07777) | (mode & S_IRWXU));
    errno = saved_errno;
}

int sw_own_file_lengthen(int fd, off_t size) {
    struct pause pause;
    begin_pause(&pause);
    return (int)end_pause(&pause, ftruncate(fd, size));
}

int sw_own_file_allocate(int fd, off_t size) {
    struct pause pause;
    begin_pause(&pause);
    return (int)end_pause(&pause, fallocate(fd, 0, 0, size));
}

ssize_t sw_own_file_write(int fd, const struct iovec *parts, size_t count, off_t offset) {
    struct pause pause;
    begin_pause(&pause);
    return end_pause(&pause, pwritev(fd, parts, (int)count, offset));
}
