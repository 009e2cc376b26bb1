/* fuzz_control.c: a libFuzzer target: whatever control messages a program hands over, nothing outside of its buffer is looked at. */
#include "sockets/control.h"
#include "sockets/options.h"
#include "state/records.h"
#include "state_in_memory.h"

#include <stdlib.h>
#include <string.h>

static void must(bool condition) {
    if (!condition)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct sw_network *network;
    static struct sw_record *record;
    if (network == NULL) {
        network = state_in_memory(SW_NETWORK_127);
        record = sw_record_create(network, 1000);
        record->type = SOCK_DGRAM;
    }
    record->family = size % 2 == 0 ? AF_INET : AF_INET6;
    sw_options_start(record);

    /* As big as it says, so that the sanitizer sees a byte too many. */
    char *room = malloc(size);
    if (room == NULL || size == 0) {
        free(room);
        return 0;
    }
    memcpy(room, data, size);
    struct msghdr message = {.msg_control = room, .msg_controllen = size};
    struct cmsghdr *header = NULL;
    size_t count = 0;
    while (sw_control_next(&message, &header) > 0) {
        must(++count <= size / sizeof *header);
        must((char *)header >= room && (char *)header + header->cmsg_len <= room + size);
    }
    struct sw_control control;
    struct sw_socket socket = {-1, network, record};
    for (uint8_t wire_family = 4; wire_family <= 6; wire_family += 2)
        must(sw_control_read(&socket, &(struct sw_site){.wire_family = wire_family}, &message, &control) <= 0);
    free(room);
    return 0;
}
