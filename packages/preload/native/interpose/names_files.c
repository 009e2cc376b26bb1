/* names_files.c: files in which the kernel says what it knows of the machine's network. A host has its own. */
#include "base/real.h"
#include "interpose/export.h"
#include "interpose/start.h"
#include "names/if_inet6.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* For reading, with a descriptor as a stream of the file itself has one. */
static FILE *open_text(const char *text, size_t length, const char *mode) {
    int fd = memfd_create("if_inet6", strchr(mode, 'e') != NULL ? MFD_CLOEXEC : 0);
    if (fd < 0)
        return NULL;
    FILE *stream = pwrite(fd, text, length, 0) == (ssize_t)length ? sw_real.fdopen(fd, mode) : NULL;
    if (stream == NULL)
        sw_real.close(fd);
    return stream;
}

/* fopen(3) */
SW_EXPORT FILE *fopen(const char *path, const char *mode) {
    struct sw_place place;
    char text[SW_IF_INET6_SIZE];
    sw_start();
    if (!sw_is_if_inet6(path) || mode[0] != 'r' || strchr(mode, '+') != NULL || !sw_place_now(&place))
        return sw_real.fopen(path, mode);
    return open_text(text, sw_if_inet6(&place, text), mode);
}

#ifdef __GLIBC__
/* fopen(3) for big files, as glibc names it for programs. */
SW_EXPORT FILE *fopen64(const char *path, const char *mode) {
    return fopen(path, mode);
}
#endif
