/* own_file.h: how this library's own files become longer, in a process that may not have long files (RLIMIT_FSIZE of getrlimit(2)).
 *
 * The kernel refuses that with EFBIG and sends SIGXFSZ, which ends a program that itself may never have written to a file. Here it is EFBIG
 * alone. */
#ifndef SW_BASE_OWN_FILE_H
#define SW_BASE_OWN_FILE_H

#include <stddef.h>
#include <sys/types.h>
#include <sys/uio.h>

/* ftruncate(2), to a size that may be above the limit. */
int sw_own_file_lengthen(int fd, off_t size);

/* fallocate(2) of the first `size` bytes. */
int sw_own_file_allocate(int fd, off_t size);

/* pwritev(2): what is above the limit fails even where the file is already as long. */
ssize_t sw_own_file_write(int fd, const struct iovec *parts, size_t count, off_t offset);

#endif
