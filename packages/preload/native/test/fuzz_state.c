/* fuzz_state.c: a libFuzzer target: whatever bytes `.state` holds, no reader leaves the mapping, loops or crashes. */
#include "sockets/address.h"
#include "state/endpoint_index.h"
#include "state/records.h"
#include "state_in_memory.h"

#include <string.h>

/* Input, in pieces of 16 bytes: where to (8 bytes, scaled to the file) and what (8 bytes). */
static void damage(struct sw_state *state, const uint8_t *data, size_t size) {
    for (; size >= 16; data += 16, size -= 16) {
        uint64_t where;
        memcpy(&where, data, sizeof where);
        memcpy((uint8_t *)state + where % (sizeof *state - 8), data + 8, 8);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct sw_network *network;
    if (network == NULL)
        network = state_in_memory(SW_NETWORK_127);
    /* Back to an empty file, which costs nothing where nothing was touched. */
    madvise(network->state, sizeof(struct sw_state), MADV_REMOVE);
    struct sw_record *record = sw_record_create(network, 1000);
    if (record != NULL) {
        record->type = SOCK_STREAM;
        record->name_claims = SW_CLAIM_IPV4;
        record->name_port = 80;
        sw_endpoint_add(network, sw_endpoint_key(SW_TCP, 4, false, 1, 80), record);
    }
    damage(network->state, data, size);

    uint32_t keys[4];
    unsigned position = 0;
    for (unsigned steps = 0; sw_endpoint_next(network, sw_endpoint_key(SW_TCP, 4, false, 1, 80), &position) != NULL; steps++)
        if (steps > SW_BUCKET_COUNT * SW_BUCKET_ENTRIES)
            abort();
    record = sw_record_find(network, 1000);
    if (record != NULL) {
        struct sockaddr_storage sockaddr;
        socklen_t length = sizeof sockaddr;
        sw_address_write(&record->local, record->family, (struct sockaddr *)&sockaddr, &length);
        if (sw_endpoint_keys(record, keys) > 4)
            abort();
        sw_endpoint_remove_all(network, record);
        sw_record_free(network, record);
    }
    record = sw_record_create(network, 2000);
    if (record != NULL && sw_record_find(network, 2000) != record)
        abort();
    sw_network_host_seen(network, 254);
    return 0;
}
