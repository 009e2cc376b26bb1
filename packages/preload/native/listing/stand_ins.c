#include "listing/stand_ins.h"

#include "state/network.h"
#include "state/records.h"

static size_t place_of(uint64_t inode, size_t size) {
    return (size_t)(inode * 0x9e3779b97f4a7c15ull >> 32) & (size - 1);
}

/* Calls for each record with an inode; counts them only where `places` is NULL. */
static size_t note(const struct sw_network *network, uint64_t *places, size_t size) {
    size_t count = 0;
    for (unsigned page = 0; page < SW_PAGE_COUNT; page++) {
        if ((network->state->header.used_pages[page / 8] >> page % 8 & 1) == 0)
            continue;
        for (unsigned i = 0; i < SW_RECORDS_PER_PAGE; i++) {
            const struct sw_record *record = sw_record_at(network, page * SW_RECORDS_PER_PAGE + i);
            uint64_t inode = record->inode;
            /* A table that others still add to must not fill up. */
            if (atomic_load(&record->cookie) <= SW_COOKIE_DELETED || inode == 0 || (places != NULL && count >= size / 2))
                continue;
            count++;
            if (places == NULL)
                continue;
            size_t place = place_of(inode, size);
            while (places[place] != 0)
                place = (place + 1) % size;
            places[place] = inode;
        }
    }
    return count;
}

void sw_stand_ins_read(struct sw_stand_ins *stand_ins) {
    *stand_ins = (struct sw_stand_ins){.inodes = SW_GROWING_NEW};
    struct sw_network *network;
    if (sw_network_current(&network) != 0 || network == NULL)
        return;
    size_t size = 64, count = note(network, NULL, 0);
    while (size < 4 * count)
        size *= 2;
    uint64_t *places = sw_growing_take(&stand_ins->inodes, size * sizeof *places);
    if (places != NULL)
        note(network, places, size);
}

void sw_stand_ins_end(struct sw_stand_ins *stand_ins) {
    sw_growing_end(&stand_ins->inodes);
}

bool sw_stand_ins_have(const struct sw_stand_ins *stand_ins, uint64_t inode) {
    const uint64_t *places = (const void *)stand_ins->inodes.bytes;
    size_t size = stand_ins->inodes.length / sizeof *places;
    if (size == 0)
        return false;
    for (size_t place = place_of(inode, size); places[place] != 0; place = (place + 1) % size)
        if (places[place] == inode)
            return true;
    return false;
}
