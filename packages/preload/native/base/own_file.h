/* own_file.h: this library's own files, in a process with limits that are meant for the program's.
 *
 * Where it may not have long files (RLIMIT_FSIZE of getrlimit(2)), the kernel refuses to make one longer with EFBIG and sends SIGXFSZ, which ends a
 * program that itself may never have written to a file. Here it is EFBIG alone.
 *
 * A umask(2) may take the rights of the owner from files that are made. They get them back. */
#ifndef SW_BASE_OWN_FILE_H
#define SW_BASE_OWN_FILE_H

#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>

/* openat(2) with O_CLOEXEC, of an absolute path. */
int sw_own_file_open(const char *path, int flags, mode_t mode);

/* Gives a file that was just opened the rights of `mode` that the owner lacks. errno is untouched. */
void sw_own_file_keep_rights(int fd, mode_t found, mode_t mode);

/* ftruncate(2), to a size that may be above the limit. */
int sw_own_file_lengthen(int fd, off_t size);

/* fallocate(2) of the first `size` bytes. */
int sw_own_file_allocate(int fd, off_t size);

/* pwritev(2): what is above the limit fails even where the file is already as long. */
ssize_t sw_own_file_write(int fd, const struct iovec *parts, size_t count, off_t offset);

#endif
