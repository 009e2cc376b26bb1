/* test_checksum.c: sums of pieces of every length, in vectors and without, are those of RFC 1071's own way. */
#include "capture/checksum.h"
#include "check.h"

enum { MOST = 3000 };

static uint8_t bytes[MOST + 64];

/* No piece of it is like another. */
static void fill(void) {
    uint32_t state = 1;
    for (size_t i = 0; i < sizeof bytes; i++) {
        state = state * 1103515245u + 12345u;
        bytes[i] = (uint8_t)(state >> 16);
    }
}

/* RFC 1071, 4.1. */
static unsigned expected(const uint8_t *from, size_t length) {
    uint32_t sum = 0;
    for (size_t i = 0; i < length; i++)
        sum += i % 2 == 0 ? (uint32_t)from[i] << 8 : from[i];
    while (sum > 0xffff)
        sum = (sum & 0xffff) + (sum >> 16);
    return ~sum & 0xffff;
}

static void one_piece_of_any_length_at_any_place_has_its_sum(void) {
    fill();
    for (size_t start = 0; start < 4; start++)
        for (size_t length = 0; length <= MOST; length += length < 1100 ? 1 : 97) {
            struct sw_checksum checksum = {0};
            sw_checksum_add(&checksum, bytes + start, length);
            CHECK_INT(sw_checksum_of(&checksum), expected(bytes + start, length));
        }
}

static void pieces_have_the_sum_of_the_whole(void) {
    fill();
    for (size_t first = 0; first <= 1300; first += 13)
        for (size_t second = 0; second <= 1300; second += 101) {
            struct sw_checksum checksum = {0};
            sw_checksum_add(&checksum, bytes, first);
            sw_checksum_add(&checksum, bytes + first, second);
            sw_checksum_add(&checksum, bytes + first + second, 3);
            CHECK_INT(sw_checksum_of(&checksum), expected(bytes, first + second + 3));
        }
}

static void nothing_overflows(void) {
    static uint8_t ones[65535];
    memset(ones, 0xff, sizeof ones);
    struct sw_checksum checksum = {0};
    sw_checksum_add(&checksum, ones, sizeof ones);
    CHECK_INT(sw_checksum_of(&checksum), expected(ones, sizeof ones));
}

int main(void) {
    RUN(one_piece_of_any_length_at_any_place_has_its_sum);
    RUN(pieces_have_the_sum_of_the_whole);
    RUN(nothing_overflows);
    return check_result();
}
