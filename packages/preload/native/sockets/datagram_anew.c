#include "sockets/datagram_anew.h"

#include "base/real.h"
#include "base/scratch.h"
#include "sockets/anew.h"
#include "sockets/groups.h"
#include "sockets/life.h"
#include "sockets/path.h"
#include "sockets/spill.h"
#include "state/endpoint_index.h"
#include "state/lock.h"

#include <errno.h>
#include <sys/socket.h>

/* Gives the file of `name` a name that no port has, for tokens: sockets/spill.h. The number of that one, 0 when it cannot be. */
static uint16_t move_aside(struct sw_network *network, const struct sw_name *name) {
    struct sw_path from, to;
    struct sw_name aside = *name;
    int result = -EEXIST;
    if (sw_path_open(&from, network, name) != 0)
        return 0;
    while (result == -EEXIST) {
        uint32_t number = atomic_fetch_add(&network->state->header.shared_endpoints, 1);
        aside.share = (uint16_t)(number % UINT16_MAX + 1);
        result = sw_path_open(&to, network, &aside);
        if (result < 0)
            break;
        result = sw_path_link(&from, &to);
        sw_path_close(&to);
    }
    sw_path_close(&from);
    return result == 0 ? aside.share : 0;
}

void sw_datagram_give_back_port(const struct sw_socket *socket) {
    struct sw_record *record = socket->record;
    struct sw_network *network = socket->network;
    if (!sw_record_has(record, SW_NAMED) || sw_socket_may_be_held_elsewhere(record))
        return;
    int saved_errno = errno;
    sigset_t mask;
    struct sw_name name = sw_record_name(record);
    sw_network_lock(network, &mask);
    uint16_t share = move_aside(network, &name);
    if (share != 0) {
        sw_socket_unlink(network, record);
        sw_endpoint_remove_all(network, record);
        record->share = share;
        record->name_files = 0;
        sw_record_clear(record, SW_BOUND);
    }
    sw_network_unlock(network, &mask);
    if (share != 0)
        sw_network_ring(network);
    errno = saved_errno;
}

enum { MOST = 65536 }; /* bytes of a datagram */

/* What waits in the one, in its Unix socket and beside it, is for the other. */
static void hand_over(struct sw_network *network, const struct sw_socket *old, struct sw_record *record, char data[static MOST]) {
    struct iovec part = {.iov_base = data};
    struct sw_sender sender;
    sw_spill_queue(old);
    for (;;) {
        part.iov_len = MOST;
        struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
        ssize_t length = sw_spill_take(network, old->record, &sender, &message, false);
        if (length < 0)
            return;
        part.iov_len = (size_t)length;
        sw_spill_put(network, record, &sender, &message);
    }
}

int sw_datagram_renew(struct sw_socket *socket) {
    enum { KEPT = SW_UDP_LITE | SW_STAMPED | SW_BOUND_ADDRESS | SW_READ_SHUT | SW_WRITE_SHUT };
    struct sw_record *old = socket->record, *record;
    char *data = sw_scratch_take(MOST);
    if (data == NULL)
        return -ENOMEM;
    int fresh = sw_anew_make(socket, &record);
    if (fresh < 0) {
        sw_scratch_give_back(data, MOST);
        return -errno;
    }

    uint32_t flags = atomic_load(&old->flags);
    sw_record_set(record, flags & (uint32_t)KEPT);
    record->local = old->local;
    atomic_store(&record->received, atomic_load(&old->received));
    atomic_store(&record->pending_error, atomic_load(&old->pending_error));
    atomic_store(&record->dropped, atomic_load(&old->dropped));
    if ((flags & (SW_READ_SHUT | SW_WRITE_SHUT)) != 0)
        sw_real.shutdown(fresh, (flags & SW_WRITE_SHUT) == 0 ? SHUT_RD : (flags & SW_READ_SHUT) == 0 ? SHUT_WR : SHUT_RDWR);
    hand_over(socket->network, socket, record, data);
    sw_scratch_give_back(data, MOST);
    sw_groups_hand_over(socket->network, old, record);
    int result = sw_anew_put(socket, fresh, record);
    sw_real.close(fresh);
    if (result < 0)
        sw_socket_release(socket->network, record);
    return result;
}
