#include "capture/file_format.h"

#include <string.h>

enum { LINKTYPE_RAW = 101, SNAPLEN = 0x40000, SECTION_HEADER = 0x0a0d0d0a, INTERFACE = 1, ENHANCED_PACKET = 6 };

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

void sw_file_record(struct sw_file_record *record, bool is_pcapng, uint64_t time, size_t length, size_t original_length) {
    uint32_t *before = record->before;
    if (!is_pcapng) {
        before[0] = (uint32_t)(time / 1000000000u);
        before[1] = (uint32_t)(time % 1000000000u / 1000u);
        before[2] = (uint32_t)length;
        before[3] = (uint32_t)original_length;
        record->before_length = 16;
        record->after_length = 0;
        return;
    }
    unsigned padding = (unsigned)(-length & 3);
    uint32_t total = (uint32_t)(32 + length + padding);
    before[0] = ENHANCED_PACKET;
    before[1] = total;
    before[2] = 0; /* the only interface */
    before[3] = (uint32_t)(time >> 32);
    before[4] = (uint32_t)time;
    before[5] = (uint32_t)length;
    before[6] = (uint32_t)original_length;
    record->before_length = 28;
    memset(record->after, 0, padding);
    memcpy(record->after + padding, &total, sizeof total);
    record->after_length = padding + (unsigned)sizeof total;
}
