#include "capture/checksum.h"

#include "base/processor.h"

#include <arpa/inet.h>
#include <stdatomic.h>
#include <string.h>

/* Blocks are added in vectors, in sums that do not wait for each other: all words of 64 bits, as far as 64 bits go, and their upper halves. What is
 * more in the former is what the lower halves come to, which never takes more than 64 bits. */
typedef uint64_t vector __attribute__((vector_size(16)));
enum { BLOCK = 64, WORTH_ASKING = 512 };

/* The sum of the 32-bit words of `length` bytes, a multiple of BLOCK. */
typedef uint64_t block_adder(const uint8_t *bytes, size_t length);

static uint64_t add_narrow_blocks(const uint8_t *bytes, size_t length) {
    vector all = {0}, more = {0}, high = {0}, more_high = {0}, even, odd;
    for (; length > 0; length -= 2 * sizeof(vector), bytes += 2 * sizeof(vector)) {
        memcpy(&even, bytes, sizeof even);
        memcpy(&odd, bytes + sizeof even, sizeof odd);
        all += even;
        high += even >> 32;
        more += odd;
        more_high += odd >> 32;
    }
    high += more_high;
    vector sum = high + (all + more - (high << 32));
    return sum[0] + sum[1];
}

#ifdef __x86_64__
typedef uint64_t wide_vector __attribute__((vector_size(32)));

/* The same in vectors of twice the size: a third of what a write into a file takes of the processor was this sum. */
static __attribute__((target("avx2"))) uint64_t add_wide_blocks(const uint8_t *bytes, size_t length) {
    wide_vector all = {0}, more = {0}, high = {0}, more_high = {0}, even, odd;
    for (; length > 0; length -= 2 * sizeof(wide_vector), bytes += 2 * sizeof(wide_vector)) {
        memcpy(&even, bytes, sizeof even);
        memcpy(&odd, bytes + sizeof even, sizeof odd);
        all += even;
        high += even >> 32;
        more += odd;
        more_high += odd >> 32;
    }
    high += more_high;
    wide_vector sum = high + (all + more - (high << 32));
    return sum[0] + sum[1] + sum[2] + sum[3];
}

static block_adder *best_adder(void) {
    static _Atomic(block_adder *) best;
    block_adder *adder = atomic_load_explicit(&best, memory_order_relaxed);
    if (adder == NULL)
        atomic_store_explicit(&best, adder = sw_processor_has_avx2() ? add_wide_blocks : add_narrow_blocks, memory_order_relaxed);
    return adder;
}
#else
static block_adder *best_adder(void) {
    return add_narrow_blocks;
}
#endif

static uint64_t add_blocks(const uint8_t *bytes, size_t length) {
    return length < WORTH_ASKING ? add_narrow_blocks(bytes, length) : best_adder()(bytes, length);
}

/* The sum as one of 16-bit words. Each step leaves a carry for the next one. */
static unsigned fold(uint64_t sum) {
    sum = (sum & 0xffffffffu) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16 & 0xffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    return (unsigned)((sum & 0xffff) + (sum >> 16));
}

void sw_checksum_add(struct sw_checksum *checksum, const uint8_t *bytes, size_t length) {
    if (length > 0 && checksum->odd) {
        checksum->sum += *bytes++;
        length--;
        checksum->odd = false;
    }
    /* Words of 32 bits in this machine's order: the sum's bytes are put in order once, at the end (RFC 1071, 2.B). */
    uint64_t sum = 0, word;
    if (length >= BLOCK) {
        size_t blocks = length & ~(size_t)(BLOCK - 1);
        sum = add_blocks(bytes, blocks);
        bytes += blocks;
        length -= blocks;
    }
    for (; length >= sizeof word; length -= sizeof word, bytes += sizeof word) {
        memcpy(&word, bytes, sizeof word);
        sum += (word & 0xffffffffu) + (word >> 32);
    }
    if ((length & 4) != 0) {
        uint32_t half;
        memcpy(&half, bytes, sizeof half);
        sum += half;
        bytes += sizeof half;
    }
    if ((length & 2) != 0) {
        uint16_t quarter;
        memcpy(&quarter, bytes, sizeof quarter);
        sum += quarter;
        bytes += sizeof quarter;
    }
    checksum->sum += ntohs((uint16_t)fold(sum));
    if ((length & 1) != 0) {
        checksum->sum += (uint64_t)*bytes << 8;
        checksum->odd = true;
    }
}

unsigned sw_checksum_of(const struct sw_checksum *checksum) {
    return ~fold(checksum->sum) & 0xffff;
}
