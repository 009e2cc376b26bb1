/* processor.h: what the processor can do beyond what every one of its kind can, and the kernel lets it do. */
#ifndef SW_BASE_PROCESSOR_H
#define SW_BASE_PROCESSOR_H

#include <stdbool.h>

/* Whether there are vectors of 32 bytes (AVX2), of 64 bytes (AVX-512F). Asking takes longer than most uses: remember the answer. */
bool sw_processor_has_avx2(void);
bool sw_processor_has_avx512(void);

#endif
