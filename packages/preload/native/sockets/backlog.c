#include "sockets/backlog.h"

#include "base/real.h"
#include "base/scratch.h"
#include "capture/wait.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <poll.h>
#include <sys/socket.h>

/* What `held_back` of a client says. From FILLED on it counts bytes. */
enum { FREE, WAITS, IS_FILLED_NOW, FILLED };
enum { SOMAXCONN_DEFAULT = 4096 };

void sw_backlog_set(struct sw_record *listener, int backlog) {
    atomic_store(&listener->backlog, (unsigned)backlog < SOMAXCONN_DEFAULT ? (unsigned)backlog : SOMAXCONN_DEFAULT);
}

/* How many wait for accept(2) as the kernel counts, or as it was counted where sock_diag(7) does not tell. */
static uint32_t count_truly(const struct sw_record *listener) {
    uint64_t cookie = atomic_load(&listener->cookie) - 1;
    struct {
        struct nlmsghdr header;
        struct unix_diag_req request;
    } question = {
        .header = {.nlmsg_len = sizeof question, .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST},
        .request = {.sdiag_family = AF_UNIX, .udiag_ino = (uint32_t)listener->inode, .udiag_show = UDIAG_SHOW_RQLEN,
                    .udiag_cookie = {(uint32_t)cookie, (uint32_t)(cookie >> 32)}},
    };
    struct {
        struct nlmsghdr header;
        struct unix_diag_msg message;
        struct nlattr attribute;
        struct unix_diag_rqlen length;
    } answer;
    uint32_t queued = atomic_load(&listener->queued);
    int fd = sw_real.socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (fd < 0)
        return queued;
    if (sw_real.send(fd, &question, sizeof question, 0) == sizeof question &&
        sw_real.recv(fd, &answer, sizeof answer, MSG_DONTWAIT) == sizeof answer && answer.header.nlmsg_type == SOCK_DIAG_BY_FAMILY &&
        answer.attribute.nla_type == UNIX_DIAG_RQLEN)
        queued = answer.length.udiag_rqueue;
    sw_real.close(fd);
    return queued;
}

/* The count says that there is no room. It is too high when somebody died on the way, or took connections without the library. */
static bool is_full(struct sw_record *listener) {
    int saved_errno = errno;
    uint32_t queued = count_truly(listener);
    errno = saved_errno;
    if (queued > atomic_load(&listener->backlog))
        return true;
    atomic_store(&listener->queued, queued + 1);
    return false;
}

void sw_backlog_enter(struct sw_record *listener, struct sw_record *client) {
    /* sk_acceptq_is_full(): there is room for one more than the program said. */
    if (atomic_fetch_add(&listener->queued, 1) <= atomic_load(&listener->backlog) || !is_full(listener))
        return;
    atomic_store(&client->held_back, WAITS);
    sw_record_set(client, SW_WAITING);
}

/* One less, but never less than none: clients under other libraries are not counted. */
static void count_down(struct sw_record *listener) {
    uint32_t queued = atomic_load(&listener->queued);
    while (queued > 0 && !atomic_compare_exchange_weak(&listener->queued, &queued, queued - 1))
        continue;
}

void sw_backlog_leave(struct sw_record *listener, struct sw_record *client) {
    count_down(listener);
    sw_record_clear(client, SW_WAITING);
    atomic_store(&client->held_back, FREE);
}

bool sw_backlog_hold(const struct sw_socket *client) {
    static const char FILLING[16384];
    uint32_t state = WAITS;
    if (!atomic_compare_exchange_strong(&client->record->held_back, &state, IS_FILLED_NOW))
        return false;
    int saved_errno = errno;
    uint32_t filled = 0;
    ssize_t sent;
    while ((sent = sw_real.send(client->fd, FILLING, sizeof FILLING, MSG_DONTWAIT | MSG_NOSIGNAL)) > 0)
        filled += (uint32_t)sent;
    atomic_store(&client->record->held_back, FILLED + filled);
    errno = saved_errno;
    return true;
}

static bool has_hung_up(int fd) {
    struct pollfd state = {.fd = fd};
    return sw_real.poll(&state, 1, 0) > 0;
}

bool sw_backlog_was_closed(const struct sw_socket *client) {
    return sw_record_has(client->record, SW_WAITING) && has_hung_up(client->fd);
}

/* Whoever is just filling a socket is done in a moment, or dead. */
static uint32_t await_state(int fd, struct sw_record *client) {
    uint32_t state;
    while ((state = atomic_load(&client->held_back)) == IS_FILLED_NOW && !has_hung_up(fd))
        sw_wait_a_moment();
    if (state == WAITS && !atomic_compare_exchange_strong(&client->held_back, &state, FREE))
        return await_state(fd, client);
    return state;
}

bool sw_backlog_accepted(struct sw_record *listener, int fd, struct sw_record *client) {
    count_down(listener);
    if (client == NULL || !sw_record_has(client, SW_WAITING))
        return true;
    int saved_errno = errno;
    uint32_t state = await_state(fd, client);
    bool has_given_up = sw_record_has(client, SW_GONE) || has_hung_up(fd);
    /* First this: emptying wakes the client. */
    sw_record_clear(client, SW_WAITING);
    for (uint32_t left = state > FILLED && !has_given_up ? state - FILLED : 0; left > 0;) {
        ssize_t taken = sw_real.recv(fd, sw_nowhere, left < SW_NOWHERE_SIZE ? left : SW_NOWHERE_SIZE, MSG_DONTWAIT);
        if (taken <= 0)
            break;
        left -= (uint32_t)taken;
    }
    atomic_store(&client->held_back, FREE);
    errno = saved_errno;
    return !has_given_up;
}

void sw_backlog_is_empty(struct sw_record *listener) {
    if (atomic_load_explicit(&listener->queued, memory_order_relaxed) != 0)
        atomic_store(&listener->queued, 0);
}
