#include "capture/batch.h"

#include "base/own_file.h"
#include "base/real.h"
#include "base/table_memory.h"
#include "capture/file_format.h"
#include "capture/segments.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

enum { PACKETS = 64 };

/* What stands in front of a packet's data, in one piece: each piece has its price in the kernel. */
struct front {
    uint8_t bytes[SW_FILE_BEFORE_MAX + SW_PACKET_HEADER_MAX + SW_PACKET_QUOTE_MAX];
    struct sw_file_tail tail;
};

struct batch {
    struct sw_target *target;
    unsigned count, part_count;
    struct front fronts[PACKETS];
    struct iovec parts[PACKETS * (SW_SEGMENT_PARTS + 2)];
};

static void *_Atomic memory;
static struct batch *batch;

bool sw_batch_is_possible(void) {
    return sw_memory_once(&memory, sizeof *batch) != NULL;
}

/* Takes `written` bytes off the front of the parts; the result is how many of those are used up. */
static unsigned take_off(struct iovec *parts, unsigned count, size_t written) {
    unsigned used = 0;
    for (; used < count && written >= parts[used].iov_len; used++)
        written -= parts[used].iov_len;
    if (used < count) {
        parts[used].iov_base = (char *)parts[used].iov_base + written;
        parts[used].iov_len -= written;
    }
    return used;
}

/* Writes all of it. */
static int write_parts(struct sw_target *target, struct iovec *parts, unsigned count) {
    while (count > 0) {
        ssize_t written = target->is_stream ? sw_real.writev(target->fd, parts, (int)count)
                                            : sw_own_file_write(target->fd, parts, count, (off_t)target->offset);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0 && errno == EAGAIN) {
            struct pollfd state = {.fd = target->fd, .events = POLLOUT};
            if (sw_real.poll(&state, 1, 5000) > 0 || errno == EINTR)
                continue;
        }
        if (written < 0)
            return -errno;
        target->offset += (uint64_t)written;
        unsigned used = take_off(parts, count, (size_t)written);
        parts += used;
        count -= used;
    }
    return 0;
}

void sw_batch_write_header(struct sw_target *target) {
    uint8_t bytes[SW_FILE_HEADER_MAX];
    struct iovec part = {bytes, sw_file_header(bytes, target->is_pcapng)};
    target->error = write_parts(target, &part, 1);
}

void sw_batch_start(struct sw_target *target) {
    batch = memory;
    batch->target = target;
    batch->count = batch->part_count = 0;
}

void sw_batch_flush(void) {
    if (batch->part_count > 0 && batch->target->error == 0)
        batch->target->error = write_parts(batch->target, batch->parts, batch->part_count);
    batch->count = batch->part_count = 0;
}

bool sw_batch_is_long(void) {
    return batch->count > PACKETS / 2;
}

static void add_packet(const struct sw_packet *packet, size_t original_length, uint64_t time) {
    if (batch->count == PACKETS)
        sw_batch_flush();
    struct front *front = &batch->fronts[batch->count++];
    size_t length = packet->header_length + packet->payload_length;
    unsigned before = sw_file_before(front->bytes, batch->target->is_pcapng, time, length, original_length);
    memcpy(front->bytes + before, packet->header, packet->header_length);
    batch->parts[batch->part_count++] = (struct iovec){front->bytes, before + packet->header_length};
    for (unsigned i = 0; i < packet->payload_parts; i++)
        batch->parts[batch->part_count++] = packet->payload[i];
    if (!batch->target->is_pcapng)
        return;
    sw_file_tail(&front->tail, length);
    batch->parts[batch->part_count++] = (struct iovec){front->tail.bytes, front->tail.length};
}

void sw_batch_add(const struct sw_event *event) {
    sw_segments_of(event, add_packet);
}
