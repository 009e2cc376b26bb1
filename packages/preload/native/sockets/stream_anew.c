#include "sockets/stream_anew.h"

#include "base/real.h"
#include "sockets/anew.h"
#include "sockets/options.h"
#include "sockets/port.h"
#include "sockets/stream_state.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

/* The peer of a connection that still lives meets a reset. The error that the next call is to report. */
static int reset_peer(struct sw_socket *socket) {
    struct sw_record *record = socket->record;
    if (sw_stream_is_closed(socket))
        return sw_socket_error(socket);
    sw_stream_reset_peer(record, sw_record_peer(socket->network, record));
    sw_record_set(record, SW_LINGER_RESET);
    return ECONNRESET;
}

int sw_stream_replace(struct sw_socket *socket) {
    enum { KEPT = SW_V6ONLY | SW_REUSEADDR | SW_REUSEPORT | SW_PORT_CHOSEN | SW_BOUND_ADDRESS };
    struct sw_record *old = socket->record, *record;
    bool was_connected = sw_record_has(old, SW_CONNECTED | SW_RESET_SENT);
    bool was_closed = !was_connected && !sw_record_has(old, SW_LISTENING);
    bool keeps_port = sw_record_has(old, SW_BOUND) && (sw_record_has(old, SW_PORT_CHOSEN) || was_closed);
    int fresh = sw_anew_make(socket, &record);
    if (fresh < 0)
        return -errno;

    struct sw_address local = old->local;
    uint16_t port = old->name_port;
    uint32_t flags = atomic_load(&old->flags);
    int error = was_connected ? reset_peer(socket) : sw_socket_error(socket);
    sw_record_set(record, flags & (uint32_t)KEPT);
    int result = sw_anew_put(socket, fresh, record);
    sw_real.close(fresh);
    if (result < 0) {
        sw_record_free(socket->network, record);
        return result;
    }
    record->local = local;
    if ((flags & SW_BOUND_ADDRESS) == 0)
        memset(record->local.bytes, 0, sizeof record->local.bytes);
    atomic_store(&record->pending_error, error);
    if (keeps_port)
        sw_bind_again(socket, port);
    return 0;
}

int sw_stream_renew(struct sw_socket *socket) {
    enum { KEPT = SW_V6ONLY | SW_REUSEADDR | SW_REUSEPORT | SW_LINGER_RESET | SW_IN_PROGRESS | SW_CONNECT_FAILED | SW_READ_SHUT | SW_WRITE_SHUT };
    struct sw_record *old = socket->record, *record;
    bool was_connected = sw_record_has(old, SW_CONNECTED | SW_RESET_SENT);
    int fresh = sw_anew_make(socket, &record);
    if (fresh < 0)
        return -errno;

    uint32_t flags = atomic_load(&old->flags);
    sw_record_set(record, (flags & (uint32_t)KEPT) | (was_connected ? SW_RESET_SENT : 0));
    record->local = old->local;
    record->peer = old->peer;
    atomic_store(&record->pending_error, sw_socket_error(socket));
    if (was_connected || (flags & (SW_READ_SHUT | SW_WRITE_SHUT)) == (SW_READ_SHUT | SW_WRITE_SHUT))
        sw_real.shutdown(fresh, SHUT_RDWR);
    else if ((flags & (SW_READ_SHUT | SW_WRITE_SHUT)) != 0)
        sw_real.shutdown(fresh, (flags & SW_READ_SHUT) != 0 ? SHUT_RD : SHUT_WR);
    int result = sw_anew_put(socket, fresh, record);
    sw_real.close(fresh);
    if (result < 0)
        sw_record_free(socket->network, record);
    return result;
}
