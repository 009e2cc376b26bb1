#include "sockets/deferred.h"

#include "base/real.h"
#include "capture/wait.h"
#include "sockets/connect.h"
#include "sockets/life.h"
#include "sockets/options.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>

enum { NS_PER_MS = 1000000, MS_PER_S = 1000, NEVER = 0, LONGEST_S = 1000000 };

atomic_int sw_deferred_clients;

static int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * MS_PER_S + now.tv_nsec / NS_PER_MS;
}

bool sw_deferred_begin(struct sw_socket *client, const struct sw_record *listener) {
    int32_t seconds = ((const struct sw_options *)(const void *)listener->options)->defer_accept;
    if (seconds <= 0)
        return false;
    struct sw_name name = sw_record_name(listener);
    if (!sw_name_is_served(client->network, &name))
        return false;
    uint32_t at = (uint32_t)(now_ms() + (int64_t)(seconds < LONGEST_S ? seconds : LONGEST_S) * MS_PER_S);
    atomic_store(&client->record->told_at, at != NEVER ? at : 1);
    sw_record_set(client->record, SW_DEFERRED);
    atomic_fetch_add(&sw_deferred_clients, 1);
    return true;
}

int sw_deferred_connect(struct sw_socket *client) {
    int saved_errno = errno, result = sw_connect_to_peer(client);
    errno = saved_errno;
    /* Another thread was first. */
    return result == -EISCONN ? 0 : result;
}

void sw_deferred_end(struct sw_record *client) {
    if ((atomic_fetch_and(&client->flags, ~(uint32_t)SW_DEFERRED) & SW_DEFERRED) != 0 && sw_deferred_any())
        atomic_fetch_sub(&sw_deferred_clients, 1);
}

void sw_deferred_closing(struct sw_socket *client) {
    if (!sw_record_has(client->record, SW_DEFERRED) || client->record->type != SOCK_STREAM)
        return;
    if (!sw_record_has(client->record, SW_LINGER_RESET))
        sw_deferred_connect(client);
    else
        sw_record_clear(client->record, SW_CONNECTED);
    sw_deferred_end(client->record);
}

void sw_deferred_was_reset(struct sw_record *client) {
    sw_record_clear(client, SW_CONNECTED);
    sw_record_set(client, SW_CONNECT_FAILED | SW_RESET_SENT);
    atomic_store(&client->pending_error, ECONNRESET);
    sw_deferred_end(client);
}

/* How many milliseconds the listener still has to be told in; INT64_MAX for any number. Tells it when there are none. */
static int64_t ms_left(struct sw_socket *client) {
    uint32_t at = atomic_load(&client->record->told_at);
    if (at == NEVER || !sw_record_has(client->record, SW_DEFERRED))
        return INT64_MAX;
    int32_t left = (int32_t)(at - (uint32_t)now_ms());
    if (left > 0)
        return left;
    /* The kernel has forgotten the connections of a closed listener. Their clients learn that when they send. */
    if (sw_deferred_connect(client) == 0)
        sw_deferred_end(client->record);
    else
        atomic_store(&client->record->told_at, NEVER);
    return INT64_MAX;
}

int64_t sw_deferred_until(struct sw_socket *client) {
    if (client->record->type != SOCK_STREAM || !sw_record_has(client->record, SW_DEFERRED))
        return INT64_MAX;
    int64_t left = ms_left(client);
    return left == INT64_MAX ? left : (now_ms() + left) * NS_PER_MS;
}

/* Until there is something to read, or the listener was told. */
static int wait_in(int epoll, struct sw_socket *client, int64_t limit_ms) {
    const int64_t end = limit_ms > 0 ? now_ms() + limit_ms : INT64_MAX;
    while (sw_record_has(client->record, SW_DEFERRED)) {
        int64_t left = ms_left(client), until_end = end == INT64_MAX ? end : end - now_ms();
        struct epoll_event event;
        if (until_end <= 0)
            return -EAGAIN;
        if (until_end < left)
            left = until_end;
        int count = sw_real.epoll_wait(epoll, &event, 1, left < INT_MAX ? (int)left : left == INT64_MAX ? -1 : INT_MAX);
        if (count < 0)
            return -errno;
        if (count > 0 && (event.events & (EPOLLIN | EPOLLRDHUP)) != 0)
            return 0;
    }
    return 0;
}

int sw_deferred_await(struct sw_socket *client, int flags) {
    if ((flags & MSG_DONTWAIT) != 0 || (sw_real.fcntl(client->fd, F_GETFL) & O_NONBLOCK) != 0) {
        ms_left(client);
        return sw_record_has(client->record, SW_DEFERRED) ? -EAGAIN : 0;
    }
    struct timeval limit = {0};
    socklen_t length = sizeof limit;
    sw_real.getsockopt(client->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, &length);
    int saved_errno = errno, result = -ENOMEM;
    /* That it has no peer wakes nobody: only edges do. */
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET};
    if (epoll >= 0 && sw_real.epoll_ctl(epoll, EPOLL_CTL_ADD, client->fd, &event) == 0)
        result = wait_in(epoll, client, (int64_t)limit.tv_sec * MS_PER_S + (limit.tv_usec + 999) / 1000);
    if (epoll >= 0)
        sw_real.close(epoll);
    errno = saved_errno;
    return result;
}

void sw_deferred_accepted(int fd, const struct sw_record *client) {
    struct pollfd state = {.fd = fd, .events = POLLIN};
    int saved_errno = errno;
    while (client != NULL && sw_record_has(client, SW_DEFERRED) && sw_real.poll(&state, 1, 0) == 0)
        sw_wait_a_moment();
    errno = saved_errno;
}
