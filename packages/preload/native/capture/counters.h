/* counters.h: TCP's numbers. They count from 0 on both sides, as the record's counters do; SYN and FIN are one each. */
#ifndef SW_CAPTURE_COUNTERS_H
#define SW_CAPTURE_COUNTERS_H

#include "state/records.h"

static inline uint32_t sw_next_sequence(const struct sw_record *record) {
    return (uint32_t)atomic_load_explicit(&record->sent, memory_order_relaxed) + 1 + (sw_record_has(record, SW_FIN_SENT) ? 1 : 0);
}

static inline uint32_t sw_next_expected(const struct sw_record *record) {
    return (uint32_t)atomic_load_explicit(&record->received, memory_order_relaxed) + 1 + (sw_record_has(record, SW_FIN_RECEIVED) ? 1 : 0);
}

#endif
