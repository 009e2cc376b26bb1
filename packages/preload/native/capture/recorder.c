#include "capture/recorder.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/root.h"
#include "state/files.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/statfs.h>
#include <time.h>
#include <unistd.h>

enum {
    RECORDER_BYTES = 64 << 20, /* what the end of a failed test is told from */
    FEED_BYTES = 1 << 20,      /* a file takes all at once: the ring is only a way, and best stays in the cache */
};

/* A variable's number, if it is one from `least` to `most`. */
static uint64_t number_of(const char *name, uint64_t least, uint64_t most, uint64_t otherwise) {
    const char *text = sw_config_value(name);
    if (text == NULL)
        return otherwise;
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno == 0 && *end == '\0' && text[0] != '-' && value >= least && value <= most)
        return value;
    sw_log(SW_LOG_ERROR, "%s is '%s', it must be a number from %llu to %llu; %llu is used", name, text, (unsigned long long)least,
           (unsigned long long)most, (unsigned long long)otherwise);
    return otherwise;
}

static uint64_t power_of_two(uint64_t value) {
    uint64_t power = 1;
    while (power < value)
        power *= 2;
    return power;
}

uint64_t sw_recorder_bytes_on(const struct statfs *system) {
    uint64_t bytes = RECORDER_BYTES;
    if (system->f_blocks > 0)
        while (bytes > SW_RING_MIN && bytes > (uint64_t)system->f_blocks * (uint64_t)system->f_bsize / 8)
            bytes /= 2;
    return bytes;
}

static uint64_t bytes_by_default(const struct sw_network *network) {
    struct statfs system;
    return statfs(network->directory, &system) == 0 ? sw_recorder_bytes_on(&system) : RECORDER_BYTES;
}

static bool names_the_ring(const struct sw_network *network) {
    const char *name = strrchr(network->capture_path, '/');
    return name != NULL && strcmp(name, "/.capture") == 0;
}

static struct sw_recorder *make(struct sw_network *network) {
    struct sw_recorder *recorder = mmap(NULL, sizeof *recorder, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (recorder == MAP_FAILED)
        return NULL;
    recorder->mtu = (uint16_t)sw_config_mtu();
    recorder->has_sink = !names_the_ring(network);
    uint64_t usual_size = bytes_by_default(network);
    uint64_t size = number_of("SOCKET_WRAPPER_CAPTURE_BYTES", 65536, 1u << 30, recorder->has_sink ? FEED_BYTES : usual_size);
    uint64_t limit = number_of("SOCKET_WRAPPER_CAPTURE_PACKET_LIMIT", 1, 65535, 0);
    if (size == usual_size && limit == 0)
        sw_ring_inherit(network->directory);
    int result =
        sw_ring_open(&recorder->ring, network->directory, sw_network_file_mode(network), power_of_two(size), (uint32_t)limit);
    if (result < 0) {
        SW_LOG_ONCE("cannot record in '%s/.capture': %s; nothing is captured", network->directory, strerror(-result));
        goto fail;
    }
    /* A file that belongs to another process's user is fed by that process alone. */
    if (recorder->has_sink && network->capture_is_adopted && faccessat(SW_AT(network->capture_path), W_OK, 0) != 0)
        recorder->has_sink = false;
    if (recorder->has_sink && sw_sink_open(&recorder->sink, &recorder->ring, network->state, network->capture_path) < 0) {
        sw_ring_close(&recorder->ring);
        goto fail;
    }
    return recorder;

fail:
    munmap(recorder, sizeof *recorder);
    return NULL;
}

static void discard(struct sw_recorder *recorder) {
    if (recorder->has_sink)
        sw_sink_close(&recorder->sink);
    sw_ring_close(&recorder->ring);
    munmap(recorder, sizeof *recorder);
}

static void network_ends(struct sw_network *network) {
    struct sw_recorder *recorder = atomic_exchange(&network->recorder, NULL);
    if (recorder != NULL && recorder != SW_RECORDER_UNUSABLE)
        discard(recorder);
}

struct sw_recorder *sw_recorder_make(struct sw_network *network) {
    struct sw_recorder *recorder = NULL;
    if (atomic_load(&network->recorder) == SW_RECORDER_UNUSABLE)
        return NULL;
    int saved_errno = errno;
    struct sw_recorder *made = make(network);
    network->recorder_ends = network_ends;
    if (!atomic_compare_exchange_strong(&network->recorder, &recorder, made == NULL ? SW_RECORDER_UNUSABLE : made)) {
        if (made != NULL)
            discard(made);
        made = recorder == SW_RECORDER_UNUSABLE ? NULL : recorder;
    } else if (made != NULL && made->has_sink) {
        /* The file's header is there as soon as somebody may look. */
        sw_sink_feed(&made->sink, &made->ring, false);
    }
    errno = saved_errno;
    return made;
}

bool sw_recorder_make_room(struct sw_recorder *recorder, uint64_t size) {
    enum { PATIENCE_NS = 2000000000 };
    struct sw_ring *ring = &recorder->ring;
    uint64_t deadline = 0;
    /* Half the ring for what waits, half for those who pass here at once. */
    while (sw_ring_head(ring) - sw_sink_position(ring) > ring->size / 2) {
        sw_sink_feed(&recorder->sink, ring, false);
        if (sw_ring_head(ring) - sw_sink_position(ring) <= ring->size / 2)
            break;
        if (deadline == 0)
            deadline = sw_clock_ns(CLOCK_MONOTONIC) + PATIENCE_NS;
        else if (sw_clock_ns(CLOCK_MONOTONIC) > deadline) {
            sw_ring_lost(ring, size);
            return false;
        }
        sched_yield();
    }
    return true;
}

void sw_recorder_finish(struct sw_network *network) {
    enum { PATIENCE_NS = 20000000, PATIENCE_WITH_NOBODY_NS = 1100000000 };
    struct sw_recorder *recorder = atomic_load(&network->recorder);
    if (recorder == NULL || recorder == SW_RECORDER_UNUSABLE || !recorder->has_sink)
        return;
    uint64_t start = sw_clock_ns(CLOCK_MONOTONIC), patience;
    do {
        sw_sink_feed(&recorder->sink, &recorder->ring, true);
        if (sw_sink_position(&recorder->ring) >= sw_ring_head(&recorder->ring))
            return;
        sched_yield();
        patience = atomic_load(&recorder->sink.met_nobody) ? PATIENCE_WITH_NOBODY_NS : PATIENCE_NS;
    } while (sw_clock_ns(CLOCK_MONOTONIC) - start < patience);
}
