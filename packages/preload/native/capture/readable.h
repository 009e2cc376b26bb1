/* readable.h: whether memory that a program wants to send can be read.
 *
 * The kernel answers EFAULT where it cannot, and it is asked last: the recorder has read the data by then, and must not fall over it. */
#ifndef SW_CAPTURE_READABLE_H
#define SW_CAPTURE_READABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/uio.h>

/* Whether all of it can be read; false as well when that cannot be found out. errno is untouched. */
bool sw_readable(const struct iovec *parts, size_t count);

#endif
