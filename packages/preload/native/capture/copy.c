#include "capture/copy.h"

#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>

enum { LINE = 64, WORTH_IT = 4096 };

void sw_copy_past_caches(void *to, const void *from, size_t size) {
    uint8_t *target = to;
    const uint8_t *source = from;
    if (size < WORTH_IT) {
        memcpy(target, source, size);
        return;
    }
    size_t first = (size_t)(-(uintptr_t)target & (LINE - 1));
    memcpy(target, source, first);
    target += first;
    source += first;
    size -= first;
    for (; size >= LINE; size -= LINE, target += LINE, source += LINE) {
        __m128i quarters[4];
        for (int i = 0; i < 4; i++)
            quarters[i] = _mm_loadu_si128((const __m128i *)source + i);
        for (int i = 0; i < 4; i++)
            _mm_stream_si128((__m128i *)target + i, quarters[i]);
    }
    memcpy(target, source, size);
    /* Stores of this kind keep to no order by themselves. */
    _mm_sfence();
}
#else
void sw_copy_past_caches(void *to, const void *from, size_t size) {
    memcpy(to, from, size);
}
#endif
