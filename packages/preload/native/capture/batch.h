/* batch.h: packets on their way into a capture file, many with one write. */
#ifndef SW_CAPTURE_BATCH_H
#define SW_CAPTURE_BATCH_H

#include "capture/event.h"

#include <stdbool.h>
#include <stdint.h>

/* Where packets go: to `offset` of a file, or behind what is there in a stream. */
struct sw_target {
    int fd;
    bool is_stream;
    bool is_pcapng;
    uint64_t offset; /* behind what has been written */
    int error;       /* negative errno of the first write that failed; nothing is written after it */
};

/* Writes the header that a file begins with. */
void sw_batch_write_header(struct sw_target *target);

/* Whether there is memory for a batch. */
bool sw_batch_is_possible(void);

/* Starts to collect for `target`. There is one batch for all of the process: only who has the file's lock may use it, once it is possible. */
void sw_batch_start(struct sw_target *target);

/* Adds the packets of an event. Its data stays where it is until sw_batch_flush(). */
void sw_batch_add(const struct sw_event *event);

/* Whether it is time for sw_batch_flush(). */
bool sw_batch_is_long(void);

/* Writes what has been collected. */
void sw_batch_flush(void);

#endif
