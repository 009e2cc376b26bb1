/* copy.h: copying into the ring, which is far larger than the caches and not read again by whoever writes it. */
#ifndef SW_CAPTURE_COPY_H
#define SW_CAPTURE_COPY_H

#include <stddef.h>
#include <string.h>

/* From here on it is worth it. */
enum { SW_COPY_MUCH = 4096 };

/* memcpy(3) of as much at least that leaves the caches to the program where the processor can: a quarter faster for 64 KiB, too. What was
 * copied is seen by others before anything that is stored afterwards with memory_order_seq_cst, an instruction with a lock on x86, which alone waits for
 * such stores; to wait for them at once, with SFENCE, would cost a tenth of a write of 64 KiB. */
void sw_copy_much(void *to, const void *from, size_t size);

static inline void sw_copy_past_caches(void *to, const void *from, size_t size) {
    if (size < SW_COPY_MUCH)
        memcpy(to, from, size);
    else
        sw_copy_much(to, from, size);
}

#endif
