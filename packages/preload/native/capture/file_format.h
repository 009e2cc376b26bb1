/* file_format.h: the headers of classic pcap (draft-ietf-opsawg-pcap) and pcapng (draft-ietf-opsawg-pcapng), in this machine's byte order. */
#ifndef SW_CAPTURE_FILE_FORMAT_H
#define SW_CAPTURE_FILE_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SW_FILE_HEADER_MAX = 80, SW_FILE_BEFORE_MAX = 28 };

/* What a file begins with; returns its length. */
unsigned sw_file_header(uint8_t bytes[SW_FILE_HEADER_MAX], bool is_pcapng);

/* What stands in front of a packet of `length` bytes, of which it had `original_length`; returns its own length. */
unsigned sw_file_before(uint8_t bytes[SW_FILE_BEFORE_MAX], bool is_pcapng, uint64_t time, size_t length, size_t original_length);

/* What stands behind a packet in pcapng: padding, and its block's length once more. */
struct sw_file_tail {
    uint8_t bytes[8];
    unsigned length;
};
void sw_file_tail(struct sw_file_tail *tail, size_t length);

#endif
