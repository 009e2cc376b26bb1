/* fuzz_ring.c: a libFuzzer target: whatever bytes `.capture` holds, feeding the file from it leaves the mapping nowhere, and ends. */
#include "base/real.h"
#include "capture/ring.h"
#include "capture/sink.h"
#include "state_in_memory.h"

#include <stdlib.h>
#include <string.h>

enum { SIZE = 65536 };

static void must(bool condition) {
    if (!condition)
        abort();
}

static void record(struct sw_ring *ring, uint8_t kind, uint32_t stored) {
    const bool is_ipv4 = kind != SW_EVENT_DATAGRAM;
    struct sw_ticket ticket = sw_ring_reserve(ring, sw_event_header(is_ipv4) + stored, NULL);
    if (ticket.event == NULL)
        return;
    struct sw_event *event = ticket.event;
    event->kind = kind;
    event->family = is_ipv4 ? 4 : 6;
    event->mtu = 1500;
    event->stored = event->length = stored;
    sw_ring_announce(&ticket);
    sw_ring_commit(ring, &ticket);
}

/* Input, in pieces of 16 bytes: where to (8 bytes, scaled to the file) and what (8 bytes). Half of them hit the first events' headers. */
static void damage(struct sw_ring *ring, const uint8_t *data, size_t size) {
    const size_t from = offsetof(struct sw_ring_header, head);
    for (; size >= 16; data += 16, size -= 16) {
        uint64_t where;
        memcpy(&where, data, sizeof where);
        if (where % 4 == 0)
            memcpy((uint8_t *)ring->header + from + where / 4 % (sizeof *ring->header - from - 8), data + 8, 8);
        else
            memcpy(ring->data + where / 4 % (where % 4 == 1 ? SIZE : 1024), data + 8, 8);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct sw_ring ring;
    static struct sw_sink sink;
    static struct sw_ring_header fresh;
    static struct sw_network *network;
    if (ring.header == NULL) {
        sw_real_load();
        must(sw_ring_open(&ring, ".", 0600, SIZE, 0) == 0);
        network = state_in_memory(SW_NETWORK_127);
        must(sw_sink_open(&sink, &ring, network->state, "/dev/null") == 0);
        fresh = *ring.header;
    }
    *ring.header = fresh;
    record(&ring, SW_EVENT_SEGMENTS, 200);
    record(&ring, SW_EVENT_DATAGRAM, 100);
    record(&ring, SW_EVENT_PACKETS, 60);
    damage(&ring, data, size);
    sw_sink_feed(&sink, &ring, false);
    sw_sink_feed(&sink, &ring, true);
    return 0;
}
