#include "capture/file_format.h"

#include <string.h>

enum { LINKTYPE_RAW = 101, SNAPLEN = 0x40000, SECTION_HEADER = 0x0a0d0d0a, INTERFACE = 1, ENHANCED_PACKET = 6, THE_INTERFACE = 0 };

unsigned sw_file_header(uint8_t bytes[SW_FILE_HEADER_MAX], bool is_pcapng) {
    static const struct {
        uint32_t magic;
        uint16_t major, minor;
        uint32_t zone, accuracy, snaplen, linktype;
    } CLASSIC = {0xa1b2c3d4, 2, 4, 0, 0, SNAPLEN, LINKTYPE_RAW};
    static const struct {
        struct {
            uint32_t type, length, magic;
            uint16_t major, minor;
            uint32_t section_length[2], length_again;
        } section;
        struct {
            uint32_t type, length;
            uint16_t linktype, reserved;
            uint32_t snaplen;
            uint16_t resolution, resolution_length;
            uint8_t digits, padding[3];
            uint16_t end, end_length;
            uint32_t length_again;
        } interface;
    } NEXT_GENERATION = {
        {SECTION_HEADER, sizeof NEXT_GENERATION.section, 0x1a2b3c4d, 1, 0, {~0u, ~0u}, sizeof NEXT_GENERATION.section},
        {INTERFACE, sizeof NEXT_GENERATION.interface, LINKTYPE_RAW, 0, SNAPLEN, 9, 1, 9, {0}, 0, 0, sizeof NEXT_GENERATION.interface},
    };
    _Static_assert(sizeof NEXT_GENERATION <= SW_FILE_HEADER_MAX, "room for the header");
    if (!is_pcapng) {
        memcpy(bytes, &CLASSIC, sizeof CLASSIC);
        return sizeof CLASSIC;
    }
    memcpy(bytes, &NEXT_GENERATION, sizeof NEXT_GENERATION);
    return sizeof NEXT_GENERATION;
}

static unsigned padding_of(size_t length) {
    return (unsigned)(-length & 3);
}

static uint32_t block_length(size_t length) {
    return (uint32_t)(32 + length + padding_of(length));
}

unsigned sw_file_before(uint8_t bytes[SW_FILE_BEFORE_MAX], bool is_pcapng, uint64_t time, size_t length, size_t original_length) {
    if (!is_pcapng) {
        const uint32_t record[] = {(uint32_t)(time / 1000000000u), (uint32_t)(time % 1000000000u / 1000u), (uint32_t)length,
                                   (uint32_t)original_length};
        memcpy(bytes, record, sizeof record);
        return sizeof record;
    }
    const uint32_t block[] = {ENHANCED_PACKET, block_length(length), THE_INTERFACE, (uint32_t)(time >> 32),
                              (uint32_t)time,  (uint32_t)length,     (uint32_t)original_length};
    _Static_assert(sizeof block <= SW_FILE_BEFORE_MAX, "room for a block's beginning");
    memcpy(bytes, block, sizeof block);
    return sizeof block;
}

void sw_file_tail(struct sw_file_tail *tail, size_t length) {
    uint32_t total = block_length(length);
    unsigned padding = padding_of(length);
    memset(tail->bytes, 0, padding);
    memcpy(tail->bytes + padding, &total, sizeof total);
    tail->length = padding + (unsigned)sizeof total;
}
