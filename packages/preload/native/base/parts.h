/* parts.h: the parts of a msghdr, seen as one run of bytes. */
#ifndef SW_BASE_PARTS_H
#define SW_BASE_PARTS_H

#include <stddef.h>
#include <sys/socket.h>
#include <sys/uio.h>

/* How many bytes all parts have together. */
size_t sw_parts_length(const struct msghdr *message);

/* Copies the bytes of all parts, `size` at most, into `data`; the result says how many there were. */
size_t sw_parts_gather(const struct msghdr *message, void *data, size_t size);

/* Copies `data` into the parts; the result says how much of it fitted. */
size_t sw_parts_scatter(const struct msghdr *message, const void *data, size_t length);

/* Makes `parts` name the bytes from `offset` on, `length` of them at most, in `most` pieces at most; `count` gets how many there are. The
 * result is how many bytes they name. */
size_t sw_parts_window(const struct msghdr *message, size_t offset, size_t length, struct iovec *parts, size_t most, size_t *count);

#endif
