/* epoll.c: epoll(7), whose answer for a Unix stream differs from that for TCP as poll(2)'s does. */
#include "base/memory.h"
#include "base/real.h"
#include "interpose/deadline.h"
#include "interpose/export.h"
#include "interpose/start.h"
#include "sockets/readiness.h"
#include "state/fd_table.h"
#include "state/watches.h"

#include <stdatomic.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/socket.h>

/* A spent EPOLLONESHOT whose socket was replaced is with us alone until it is armed again: sockets/rewatch.h. */
static bool is_noted(int fd, int epoll) {
    struct sw_watch watch;
    for (unsigned position = 0; sw_watch_next(fd, &position, &watch);)
        if (watch.epoll == epoll)
            return true;
    return false;
}

/* epoll_ctl(2) */
SW_EXPORT int epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event) {
    struct sw_socket socket;
    sw_start();
    if (!sw_fd_hint(fd, &socket))
        return sw_real.epoll_ctl(epoll, operation, fd, event);
    if (operation == EPOLL_CTL_DEL) {
        int result = sw_real.epoll_ctl(epoll, operation, fd, event);
        if (result < 0 && errno == ENOENT && is_noted(fd, epoll))
            result = 0;
        if (result == 0)
            sw_watch_drop(fd, epoll);
        return result;
    }
    if (!sw_is_readable(event, sizeof *event))
        return sw_real.epoll_ctl(epoll, operation, fd, event);
    struct sw_watch watch = {.epoll = epoll, .event = *event};
    struct epoll_event asked = *event;
    if (socket.record->type == SOCK_STREAM)
        asked.events = sw_readiness_asked(event->events);
    int result = sw_real.epoll_ctl(epoll, operation, fd, &asked);
    if (result < 0 && operation == EPOLL_CTL_MOD && errno == ENOENT && is_noted(fd, epoll))
        result = sw_real.epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &asked);
    if (result == 0)
        sw_watch_put(fd, &watch);
    return result;
}

/* Makes a registration that asks for levels wait for edges, or the other way round. */
static bool set_muted(int fd, struct sw_watch *watch, bool muted) {
    struct epoll_event event = watch->event;
    event.events = sw_readiness_asked(event.events);
    if (muted)
        event.events |= EPOLLET;
    int saved_errno = errno;
    bool done = sw_real.epoll_ctl(watch->epoll, EPOLL_CTL_MOD, fd, &event) == 0;
    errno = saved_errno;
    watch->muted = muted;
    if (done)
        sw_watch_put(fd, watch);
    return done;
}

/* Whether a registration was ever muted in front of an urgent byte: what comes behind it looks like any other data. */
static atomic_bool is_any_muted_by_urgent;

/* What the program is to see of `event`; 0 when TCP would not have told it anything. */
static uint32_t translate(int epoll, const struct epoll_event *event) {
    struct sw_watch watch;
    for (int fd = -1; (fd = sw_watch_find(epoll, event->data.u64, fd + 1, &watch)) >= 0;) {
        struct sw_socket socket;
        if (!sw_fd_hint(fd, &socket))
            continue;
        uint32_t events = sw_readiness(&socket, watch.event.events, event->events);
        bool is_level = (watch.event.events & (EPOLLET | EPOLLONESHOT | EPOLLEXCLUSIVE)) == 0;
        if (events != 0) {
            if (watch.muted)
                set_muted(fd, &watch, false);
            return events;
        }
        if (watch.muted || ((watch.event.events & EPOLLET) != 0 && (watch.event.events & EPOLLONESHOT) == 0))
            return 0;
        if ((event->events & EPOLLPRI) != 0)
            atomic_store_explicit(&is_any_muted_by_urgent, true, memory_order_relaxed);
        /* What the kernel goes on telling, and TCP would not, must not wake anybody again and again. */
        return is_level && set_muted(fd, &watch, true) ? 0 : event->events & (watch.event.events | ~(uint32_t)EPOLLPRI);
    }
    return event->events;
}

static int translate_all(int epoll, struct epoll_event *events, int count) {
    int kept = 0;
    for (int i = 0; i < count; i++) {
        struct epoll_event event = events[i];
        if (sw_readiness_differs(event.events) || atomic_load_explicit(&is_any_muted_by_urgent, memory_order_relaxed))
            event.events = translate(epoll, &event);
        if (event.events != 0)
            events[kept++] = event;
    }
    return kept;
}

/* What `watch` is to be told of `socket` beside what the kernel says. Of an edge it is told once, and it is an error that is counted. */
static uint32_t hidden_from(const struct sw_watch *watch, const struct sw_socket *socket) {
    if ((watch->event.events & EPOLLONESHOT) != 0)
        return 0;
    uint32_t hidden = sw_readiness_hidden(socket, watch->event.events);
    if ((watch->event.events & EPOLLET) != 0)
        hidden &= sw_record_has(socket->record, SW_ERRORS_NEW) ? EPOLLERR : 0;
    return hidden;
}

/* Adds what the kernel knows nothing of. With `most` 0 it only looks whether there is something. */
static int add_hidden(int epoll, struct epoll_event *events, int count, int most) {
    struct sw_watch watch;
    int found = 0;
    for (int fd = -1; (fd = sw_watch_find_any(epoll, fd + 1, &watch)) >= 0;) {
        struct sw_socket socket;
        uint32_t hidden = sw_fd_hint(fd, &socket) ? hidden_from(&watch, &socket) : 0;
        if (hidden == 0)
            continue;
        found++;
        int i = 0;
        while (i < count && events[i].data.u64 != watch.event.data.u64)
            i++;
        if (i >= most)
            continue;
        if (i == count)
            events[count++] = (struct epoll_event){.data = watch.event.data};
        events[i].events |= hidden;
        if ((watch.event.events & EPOLLET) != 0)
            sw_record_clear(socket.record, SW_ERRORS_NEW);
    }
    return most == 0 ? found : count;
}

static bool has_hidden(int epoll) {
    return sw_readiness_any_hidden() && add_hidden(epoll, NULL, 0, 0) > 0;
}

/* Calls `wait`, which uses `deadline`, until there is something to tell or the time is over. */
#define WAIT(deadline, wait)                                                                                                       \
    do {                                                                                                                           \
        bool hidden = has_hidden(epoll);                                                                                           \
        int count = hidden ? sw_real.epoll_wait(epoll, events, most, 0) : (wait);                                                  \
        if (count < 0 || (count == 0 && !hidden) || !sw_network_any())                                                             \
            return count;                                                                                                          \
        count = translate_all(epoll, events, count);                                                                               \
        if (hidden)                                                                                                                \
            count = add_hidden(epoll, events, count, most);                                                                        \
        if (count > 0)                                                                                                             \
            return count;                                                                                                          \
    } while (sw_deadline_is_ahead(&(deadline)));                                                                                   \
    return 0

/* epoll_wait(2) */
SW_EXPORT int epoll_wait(int epoll, struct epoll_event *events, int most, int timeout) {
    sw_start();
    struct sw_deadline deadline = sw_deadline_after_ms(timeout);
    WAIT(deadline, sw_real.epoll_wait(epoll, events, most, sw_deadline_ms(&deadline)));
}

/* epoll_pwait(2) */
SW_EXPORT int epoll_pwait(int epoll, struct epoll_event *events, int most, int timeout, const sigset_t *mask) {
    sw_start();
    struct sw_deadline deadline = sw_deadline_after_ms(timeout);
    WAIT(deadline, sw_real.epoll_pwait(epoll, events, most, sw_deadline_ms(&deadline), mask));
}

/* epoll_pwait2(2), which glibc has since 2.35 */
SW_EXPORT int epoll_pwait2(int epoll, struct epoll_event *events, int most, const struct timespec *timeout, const sigset_t *mask);
SW_EXPORT int epoll_pwait2(int epoll, struct epoll_event *events, int most, const struct timespec *timeout, const sigset_t *mask) {
    sw_start();
    if (sw_real.epoll_pwait2 == NULL)
        return (int)sw_answer(-ENOSYS);
    struct sw_deadline deadline = sw_deadline_after(timeout);
    struct timespec left;
    WAIT(deadline, sw_real.epoll_pwait2(epoll, events, most, sw_deadline_left(&deadline, timeout, &left), mask));
}
