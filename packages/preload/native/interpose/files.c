/* files.c: the calls that open files, for those of /proc/net that tell of sockets and interfaces.
 *
 * The kernel opens the file, and so decides whether it can be opened and which number it gets. What is read from it is ours: a file in
 * memory takes the place of the one behind the descriptor. For every other path this is a comparison of its first bytes. */
#include "base/config.h"
#include "base/memory.h"
#include "base/own_file.h"
#include "base/real.h"
#include "base/room.h"
#include "base/root.h"
#include "interpose/export.h"
#include "interpose/files.h"
#include "interpose/start.h"
#include "listing/proc_net.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The same of a path that begins at `directory`, AT_FDCWD for the working directory. Only the names of these files cost a look at what that is. */
static const struct sw_proc_net_file *file_below(int directory, const char *path) {
    char link[64] = "/proc/self/cwd", whole[256];
    if (directory != AT_FDCWD)
        snprintf(link, sizeof link, "/proc/self/fd/%d", directory);
    int saved_errno = errno;
    ssize_t length = readlinkat(SW_AT(link), whole, sizeof whole);
    errno = saved_errno;
    if (length < 0 || (size_t)length + 1 + strlen(path) >= sizeof whole)
        return NULL;
    whole[length] = '/';
    strcpy(whole + length + 1, path);
    return sw_proc_net_find(whole);
}

static const struct sw_proc_net_file *file_at(int directory, const char *path) {
    static const char PREFIX[] = "/proc/";
    if (!sw_is_readable(path, 1) || (path[0] == '/' ? strncmp(path, PREFIX, sizeof PREFIX - 1) != 0 : !sw_proc_net_may_be(path)))
        return NULL;
    if (sw_config_is_attached() || sw_config_directory() == NULL)
        return NULL;
    return path[0] == '/' ? sw_proc_net_find(path) : file_below(directory, path);
}

/* A file in memory, with a descriptor that can read it only; -1 with errno. */
static int open_text(const struct sw_growing *text, const char *name) {
    enum { NO_EXECUTION = 8 }; /* MFD_NOEXEC_SEAL, which older headers lack and older kernels refuse */
    int writable = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | NO_EXECUTION);
    if (writable < 0 && errno == EINVAL)
        writable = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (writable < 0)
        return -1;
    size_t written = 0;
    while (written < text->length) {
        ssize_t count = sw_own_file_write(writable, &(struct iovec){text->bytes + written, text->length - written}, 1, (off_t)written);
        if (count < 0)
            break;
        written += (size_t)count;
    }
    int fd = -1;
    if (written == text->length) {
        char path[64];
        snprintf(path, sizeof path, "/proc/self/fd/%d", writable);
        sw_real.fcntl(writable, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
        fd = sw_real.openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    }
    int error = errno;
    sw_real.close(writable);
    errno = error;
    return fd;
}

/* Puts our file behind a descriptor that the kernel has opened for reading. False with errno. */
static bool replace(int fd, const struct sw_proc_net_file *file) {
    int flags = sw_real.fcntl(fd, F_GETFL), own_flags = sw_real.fcntl(fd, F_GETFD);
    if (flags < 0 || (flags & O_ACCMODE) != O_RDONLY || (flags & O_PATH) != 0)
        return true;
    int saved_errno = errno, with_text;
    struct sw_growing text = SW_GROWING_NEW;
    struct sw_room room = SW_NO_ROOM;
    file->write(&text);
    errno = ENOMEM;
    do
        with_text = text.is_short ? -1 : open_text(&text, file->name);
    while (with_text < 0 && sw_room_make(&room));
    sw_room_leave(&room);
    sw_growing_end(&text);
    if (with_text < 0)
        return false;
    sw_real.fcntl(with_text, F_SETFL, flags & O_NONBLOCK);
    bool is_replaced = sw_real.dup3(with_text, fd, (own_flags & FD_CLOEXEC) != 0 ? O_CLOEXEC : 0) == fd;
    int error = errno;
    sw_real.close(with_text);
    errno = is_replaced ? saved_errno : error;
    return is_replaced;
}

/* Our file behind `fd`, if any; where that fails the machine's is not shown. */
static int with_own_file(int fd, int directory, const char *path) {
    const struct sw_proc_net_file *file = fd < 0 ? NULL : file_at(directory, path);
    if (file == NULL || replace(fd, file))
        return fd;
    int error = errno;
    sw_real.close(fd);
    errno = error;
    return -1;
}

FILE *sw_file_of_stream(FILE *stream, const char *path) {
    const struct sw_proc_net_file *file = stream == NULL ? NULL : file_at(AT_FDCWD, path);
    if (file == NULL || replace(fileno(stream), file))
        return stream;
    int error = errno;
    sw_real.fclose(stream);
    errno = error;
    return NULL;
}

/* The mode is there only where a file may be made. */
#define MODE_OF(flags, mode)                                                                                                                    \
    do {                                                                                                                                        \
        if (((flags) & O_CREAT) != 0 || ((flags) & O_TMPFILE) == O_TMPFILE) {                                                                   \
            va_list arguments;                                                                                                                  \
            va_start(arguments, flags);                                                                                                         \
            (mode) = va_arg(arguments, mode_t);                                                                                                 \
            va_end(arguments);                                                                                                                  \
        }                                                                                                                                       \
    } while (0)

/* open(2) */
SW_EXPORT int open(const char *path, int flags, ...) {
    mode_t mode = 0;
    MODE_OF(flags, mode);
    if (sw_real.open == NULL)
        sw_start_slow();
    return with_own_file(sw_real.open(path, flags, mode), AT_FDCWD, path);
}

/* openat(2) */
SW_EXPORT int openat(int directory, const char *path, int flags, ...) {
    mode_t mode = 0;
    MODE_OF(flags, mode);
    if (sw_real.openat == NULL)
        sw_start_slow();
    return with_own_file(sw_real.openat(directory, path, flags, mode), directory, path);
}

/* fopen(3), whose own open(2) does not come by here */
SW_EXPORT FILE *fopen(const char *path, const char *mode) {
    if (sw_real.fopen == NULL)
        sw_start_slow();
    return sw_file_of_stream(sw_real.fopen(path, mode), path);
}

#ifdef __GLIBC__
/* The same for big files, as glibc names them for programs. */
SW_EXPORT int open64(const char *path, int flags, ...) {
    mode_t mode = 0;
    MODE_OF(flags, mode);
    if (sw_real.open64 == NULL)
        sw_start_slow();
    return with_own_file(sw_real.open64(path, flags, mode), AT_FDCWD, path);
}

SW_EXPORT int openat64(int directory, const char *path, int flags, ...) {
    mode_t mode = 0;
    MODE_OF(flags, mode);
    if (sw_real.openat64 == NULL)
        sw_start_slow();
    return with_own_file(sw_real.openat64(directory, path, flags, mode), directory, path);
}

SW_EXPORT FILE *fopen64(const char *path, const char *mode) {
    if (sw_real.fopen64 == NULL)
        sw_start_slow();
    return sw_file_of_stream(sw_real.fopen64(path, mode), path);
}

/* What -D_FORTIFY_SOURCE turns calls without a mode into. */
SW_EXPORT int __open_2(const char *path, int flags);
SW_EXPORT int __open64_2(const char *path, int flags);
SW_EXPORT int __openat_2(int directory, const char *path, int flags);
SW_EXPORT int __openat64_2(int directory, const char *path, int flags);

/* libc's own ends a program that wants to make a file without saying how. */
static void check_flags(int flags) {
    if ((flags & O_CREAT) == 0 && (flags & O_TMPFILE) != O_TMPFILE)
        return;
    sw_start_slow();
    sw_real.__open_2("", flags);
}

SW_EXPORT int __open_2(const char *path, int flags) {
    check_flags(flags);
    return open(path, flags);
}

SW_EXPORT int __open64_2(const char *path, int flags) {
    check_flags(flags);
    return open64(path, flags);
}

SW_EXPORT int __openat_2(int directory, const char *path, int flags) {
    check_flags(flags);
    return openat(directory, path, flags);
}

SW_EXPORT int __openat64_2(int directory, const char *path, int flags) {
    check_flags(flags);
    return openat64(directory, path, flags);
}
#endif
