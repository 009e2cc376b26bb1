/* file_format.h: the headers of classic pcap (draft-ietf-opsawg-pcap) and pcapng (draft-ietf-opsawg-pcapng), in this machine's byte order. */
#ifndef SW_CAPTURE_FILE_FORMAT_H
#define SW_CAPTURE_FILE_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SW_FILE_HEADER_MAX = 80 };

/* What stands around one packet's bytes. */
struct sw_file_record {
    uint32_t before[7];
    unsigned before_length;
    uint8_t after[8];
    unsigned after_length;
};

/* What a file begins with; returns its length. */
unsigned sw_file_header(uint8_t bytes[SW_FILE_HEADER_MAX], bool is_pcapng);

void sw_file_record(struct sw_file_record *record, bool is_pcapng, uint64_t time, size_t length, size_t original_length);

#endif
