/* stdio.c: sockets behind FILE streams. libc reads and writes those by itself, past the functions that this library puts in front of it: the kernel would
 * see a Unix socket, and a capture would miss what they carry. A stream on a socket of ours does its work through read(2) and write(2) as programs
 * see them. */
#include "base/real.h"
#include "base/table_memory.h"
#include "capture/capture.h"
#include "interpose/export.h"
#include "interpose/files.h"
#include "interpose/start.h"
#include "interpose/stdio.h"
#include "state/fd_table.h"
#include "state/network.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

enum { STREAMS = 256 };

/* For the flush at exit, which libc would do after the sockets' records are gone. */
typedef FILE *_Atomic stream_place;
static void *_Atomic streams; /* STREAMS places */

/* Where `stream` is, or NULL. A free place holds NULL. */
static stream_place *place_of(const FILE *stream) {
    stream_place *places = atomic_load_explicit(&streams, memory_order_acquire);
    for (unsigned i = 0; places != NULL && i < STREAMS; i++)
        if (atomic_load_explicit(&places[i], memory_order_relaxed) == stream)
            return &places[i];
    return NULL;
}

#ifdef __GLIBC__
static int descriptor_of(const void *cookie) {
    return (int)(intptr_t)cookie;
}

static ssize_t read_socket(void *cookie, char *data, size_t size) {
    return read(descriptor_of(cookie), data, size);
}

/* All of it, as libc's own does; less says that there was an error. */
static ssize_t write_socket(void *cookie, const char *data, size_t size) {
    size_t done = 0;
    while (done < size) {
        ssize_t written = write(descriptor_of(cookie), data + done, size - done);
        if (written < 0)
            break;
        done += (size_t)written;
    }
    return (ssize_t)done;
}

/* ESPIPE for a socket. After freopen(3) it may be a file. */
static int seek_socket(void *cookie, off64_t *offset, int whence) {
    off_t reached = lseek(descriptor_of(cookie), *offset, whence);
    if (reached < 0)
        return -1;
    *offset = reached;
    return 0;
}

static int close_socket(void *cookie) {
    return close(descriptor_of(cookie));
}

static FILE *open_stream(int fd, const char *mode) {
    static const cookie_io_functions_t FUNCTIONS = {read_socket, write_socket, seek_socket, close_socket};
    FILE *stream = fopencookie((void *)(intptr_t)fd, mode, FUNCTIONS);
    if (stream == NULL)
        return NULL;
    /* For fileno(3). A stream of this kind has no other use for it. */
    stream->_fileno = fd;
    stream_place *places = sw_memory_once(&streams, STREAMS * sizeof *places);
    for (unsigned i = 0; places != NULL && i < STREAMS; i++) {
        FILE *nobody = NULL;
        if (atomic_compare_exchange_strong(&places[i], &nobody, stream))
            break;
    }
    return stream;
}

/* libc's own would fall over a stream of this kind: another file takes the place of the socket behind it. */
static FILE *reopen_stream(const char *path, const char *mode, FILE *stream) {
    enum { NO_READS = 4, NO_WRITES = 8 };
    int fd = stream->_fileno;
    fflush(stream);
    FILE *other = path != NULL ? fopen(path, mode) : NULL;
    int result = other != NULL ? dup3(fileno(other), fd, strchr(mode, 'e') != NULL ? O_CLOEXEC : 0) : -1;
    int saved_errno = path != NULL ? errno : EBADF;
    if (other != NULL)
        fclose(other);
    if (result < 0) {
        fclose(stream);
        errno = saved_errno;
        return NULL;
    }
    stream->_flags &= ~(NO_READS | NO_WRITES);
    if (strchr(mode, '+') == NULL)
        stream->_flags |= mode[0] == 'r' ? NO_WRITES : NO_READS;
    __fpurge(stream);
    clearerr(stream);
    return stream;
}

static FILE **const STANDARD[] = {&stdin, &stdout, &stderr};
enum { STANDARD_STREAMS = sizeof STANDARD / sizeof *STANDARD };

/* For the descriptors of the standard streams, from before a fork(2) on. */
static FILE *_Atomic prepared[STANDARD_STREAMS];

static FILE *open_standard(int fd) {
    FILE *stream = open_stream(fd, fd == STDIN_FILENO ? "r" : "w");
    if (stream != NULL && fd == STDERR_FILENO)
        setvbuf(stream, NULL, _IONBF, 0);
    return stream;
}

/* libc's own stay as they are: nothing is in them yet. */
void sw_stdio_adopt_standard(void) {
    for (int fd = 0; fd < STANDARD_STREAMS; fd++) {
        FILE *stream = sw_fd_is_ours(fd) ? open_standard(fd) : NULL;
        if (stream != NULL)
            *STANDARD[fd] = stream;
    }
}

/* Without a capture it is not worth what each fork(2) would take longer for these streams' memory. */
static bool is_any_captured(void) {
    struct sw_network *network;
    for (unsigned index = 0; (network = sw_network_at(index)) != NULL; index++)
        if (sw_capture_is_on(network))
            return true;
    return false;
}

void sw_stdio_prepare_standard(void) {
    if (sw_fd_sockets_open() == 0 || !is_any_captured() || atomic_load_explicit(&prepared[0], memory_order_relaxed) != NULL)
        return;
    int saved_errno = errno;
    for (int fd = 0; fd < STANDARD_STREAMS; fd++) {
        FILE *stream = open_standard(fd), *nobody = NULL;
        /* Another thread may have been faster. Its own descriptor must not be closed, so this one is left. */
        if (stream != NULL && !atomic_compare_exchange_strong(&prepared[fd], &nobody, stream))
            sw_stdio_closing(stream);
    }
    errno = saved_errno;
}

/* Whether nothing would be lost if it were not used any more. */
static bool is_empty(FILE *stream) {
    return __fpending(stream) == 0 && stream->_IO_read_ptr == stream->_IO_read_end && fwide(stream, 0) <= 0;
}

void sw_stdio_copied_onto(int fd) {
    if (fd < 0 || fd >= STANDARD_STREAMS || !sw_fd_is_ours(fd))
        return;
    FILE *stream = atomic_load_explicit(&prepared[fd], memory_order_relaxed);
    if (stream != NULL && is_empty(*STANDARD[fd]))
        *STANDARD[fd] = stream;
}
#else
void sw_stdio_adopt_standard(void) {
}

void sw_stdio_prepare_standard(void) {
}

void sw_stdio_copied_onto(int fd) {
    (void)fd;
}

/* Other libcs keep no number in the streams of fopencookie(3), and fileno(3) would fail. */
static FILE *open_stream(int fd, const char *mode) {
    return sw_real.fdopen(fd, mode);
}

static FILE *reopen_stream(const char *path, const char *mode, FILE *stream) {
    return sw_real.freopen(path, mode, stream);
}
#endif

void sw_stdio_closing(FILE *stream) {
    stream_place *place = place_of(stream);
    if (place != NULL)
        atomic_store(place, NULL);
}

void sw_stdio_flush_all(void) {
    stream_place *places = atomic_load_explicit(&streams, memory_order_acquire);
    for (unsigned i = 0; places != NULL && i < STREAMS; i++) {
        FILE *stream = atomic_load(&places[i]);
        /* Another thread may wait in it for ever. */
        if (stream == NULL || ftrylockfile(stream) != 0)
            continue;
        fflush_unlocked(stream);
        funlockfile(stream);
    }
}

/* fdopen(3) */
SW_EXPORT FILE *fdopen(int fd, const char *mode) {
    sw_start();
    return sw_fd_is_ours(fd) ? open_stream(fd, mode) : sw_real.fdopen(fd, mode);
}

/* freopen(3) */
SW_EXPORT FILE *freopen(const char *path, const char *mode, FILE *stream) {
    sw_start();
    return place_of(stream) != NULL ? reopen_stream(path, mode, stream)
                                    : sw_file_of_stream(sw_real.freopen(path, mode, stream), path);
}

#ifdef __GLIBC__
/* freopen(3) for big files, as glibc names it for programs. */
SW_EXPORT FILE *freopen64(const char *path, const char *mode, FILE *stream) {
    sw_start();
    return place_of(stream) != NULL ? reopen_stream(path, mode, stream)
                                    : sw_file_of_stream(sw_real.freopen(path, mode, stream), path);
}
#endif

/* vdprintf(3) */
SW_EXPORT int vdprintf(int fd, const char *format, va_list arguments) {
    sw_start();
    if (!sw_fd_is_ours(fd))
        return sw_real.vdprintf(fd, format, arguments);
    char *text;
    int length = vasprintf(&text, format, arguments);
    if (length < 0)
        return -1;
    int result = length;
    for (int done = 0; done < length && result >= 0;) {
        ssize_t written = write(fd, text + done, (size_t)(length - done));
        if (written < 0)
            result = -1;
        done += (int)written;
    }
    free(text);
    return result;
}

/* dprintf(3) */
SW_EXPORT int dprintf(int fd, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int result = vdprintf(fd, format, arguments);
    va_end(arguments);
    return result;
}

/* What -D_FORTIFY_SOURCE turns dprintf(3) and vdprintf(3) into. */
SW_EXPORT int __dprintf_chk(int fd, int level, const char *format, ...);
SW_EXPORT int __vdprintf_chk(int fd, int level, const char *format, va_list arguments);

SW_EXPORT int __dprintf_chk(int fd, int level, const char *format, ...) {
    (void)level;
    va_list arguments;
    va_start(arguments, format);
    int result = vdprintf(fd, format, arguments);
    va_end(arguments);
    return result;
}

SW_EXPORT int __vdprintf_chk(int fd, int level, const char *format, va_list arguments) {
    (void)level;
    return vdprintf(fd, format, arguments);
}
