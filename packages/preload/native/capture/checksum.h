/* checksum.h: the checksum of the Internet (RFC 1071), over pieces of any length. */
#ifndef SW_CAPTURE_CHECKSUM_H
#define SW_CAPTURE_CHECKSUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zeros is the sum of nothing. */
struct sw_checksum {
    uint64_t sum;
    bool odd; /* whether the next byte is the lower half of a word */
};

void sw_checksum_add(struct sw_checksum *checksum, const uint8_t *bytes, size_t length);

/* What goes into the header. */
unsigned sw_checksum_of(const struct sw_checksum *checksum);

#endif
