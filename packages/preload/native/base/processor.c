#include "base/processor.h"

#ifdef __x86_64__
#include <cpuid.h>

/* Intel's manual, volume 1, 14.3 and 15.2: the processor has the feature, a bit of EBX, and the kernel keeps these registers. */
static bool has(unsigned feature, unsigned registers) {
    enum { LEAF = 7, OSXSAVE = 1 << 27 };
    unsigned a, b, c, d, kept, high;
    if (!__get_cpuid(1, &a, &b, &c, &d) || (c & OSXSAVE) == 0 || !__get_cpuid_count(LEAF, 0, &a, &b, &c, &d) || (b & feature) == 0)
        return false;
    __asm__("xgetbv" : "=a"(kept), "=d"(high) : "c"(0));
    return (kept & registers) == registers;
}

bool sw_processor_has_avx2(void) {
    return has(1 << 5, 0x6);
}

bool sw_processor_has_avx512(void) {
    return has(1 << 16, 0xe6);
}
#else
bool sw_processor_has_avx2(void) {
    return false;
}

bool sw_processor_has_avx512(void) {
    return false;
}
#endif
