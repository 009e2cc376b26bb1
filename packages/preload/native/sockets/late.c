#include "sockets/late.h"

#include "base/parts.h"
#include "capture/capture.h"
#include "sockets/side_file.h"

enum { MOST = 6 * 1024 * 1024, /* net.ipv4.tcp_rmem's largest */ PARTS = 64, CHUNK = 16384 };

ssize_t sw_late_put(const struct sw_socket *sender, struct sw_record *receiver, const struct msghdr *message) {
    struct sw_side side;
    size_t length = sw_parts_length(message), taken = 0;
    if (!sw_side_open(&side, sender->network, receiver, SW_SIDE_LATE, true))
        return (ssize_t)length;
    while (taken < length && sw_side_size(&side) < MOST) {
        struct iovec parts[PARTS];
        size_t count, size = sw_parts_window(message, taken, length - taken, parts, PARTS, &count);
        if (!sw_side_append(&side, parts, count))
            break;
        taken += size;
    }
    sw_record_set(receiver, SW_LATE);
    sw_side_close(&side);
    sw_capture_late(sender, message, taken);
    return (ssize_t)length;
}

ssize_t sw_late_take(const struct sw_socket *socket, const struct msghdr *message, int flags) {
    struct sw_side side;
    if (!sw_record_has(socket->record, SW_LATE) || !sw_side_open(&side, socket->network, socket->record, SW_SIDE_LATE, false))
        return 0;
    size_t wanted = sw_parts_length(message);
    if (wanted > sw_side_size(&side))
        wanted = sw_side_size(&side);
    ssize_t done = (flags & MSG_TRUNC) != 0 ? (ssize_t)wanted : sw_side_read(&side, 0, wanted, message);
    if ((flags & MSG_PEEK) == 0 && done > 0)
        sw_side_drop(&side, (size_t)done);
    if (sw_side_size(&side) == 0) {
        sw_record_clear(socket->record, SW_LATE);
        sw_side_discard(socket->network, socket->record, SW_SIDE_LATE);
    }
    sw_side_close(&side);
    return done;
}

size_t sw_late_size(const struct sw_socket *socket) {
    struct sw_side side;
    if (!sw_record_has(socket->record, SW_LATE) || !sw_side_open(&side, socket->network, socket->record, SW_SIDE_LATE, false))
        return 0;
    size_t size = sw_side_size(&side);
    sw_side_close(&side);
    return size;
}

void sw_late_discard(const struct sw_network *network, const struct sw_record *record) {
    if (sw_record_has(record, SW_LATE))
        sw_side_discard(network, record, SW_SIDE_LATE);
}
