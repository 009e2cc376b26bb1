/* poll.c: poll(2), whose answer for a Unix stream differs from that for TCP. */
#include "interpose/poll.h"

#include "base/memory.h"
#include "base/real.h"
#include "base/scratch.h"
#include "interpose/deadline.h"
#include "interpose/export.h"
#include "interpose/fortify.h"
#include "interpose/start.h"
#include "sockets/readiness.h"
#include "state/fd_table.h"

#include <sys/epoll.h>
#include <sys/socket.h>

/* What select(2) takes for an answer to each of its questions: POLLIN_SET, POLLOUT_SET and POLLEX_SET of the kernel. */
static short asked_for(short events) {
    int asked = POLLNVAL;
    if ((events & POLLIN) != 0)
        asked |= POLLIN | POLLRDNORM | POLLRDBAND | POLLHUP | POLLERR;
    if ((events & POLLOUT) != 0)
        asked |= POLLOUT | POLLWRNORM | POLLWRBAND | POLLERR;
    return (short)(asked | (events & POLLPRI));
}

/* Makes the kernel's answer, that `left` descriptors have something to tell, into TCP's. The result is how many have; `quiet` becomes true when
 * there are others, of which TCP would say nothing. */
static int translate_all(const struct sw_poll *wanted, int left, bool *quiet) {
    struct pollfd *descriptors = wanted->descriptors;
    struct sw_socket socket;
    int told = 0;
    /* Of a thousand descriptors that are waited for, most have nothing to tell: a look is all that each of these costs. */
    const bool any_hidden = sw_readiness_any_hidden();
    *quiet = false;
    for (nfds_t i = 0; i < wanted->count && (left > 0 || any_hidden); i++) {
        bool is_told = descriptors[i].revents != 0;
        if (!is_told && !any_hidden)
            continue;
        left -= is_told;
        if (sw_fd_hint(descriptors[i].fd, &socket))
            descriptors[i].revents = (short)sw_readiness(&socket, (unsigned short)descriptors[i].events, (unsigned short)descriptors[i].revents);
        if (wanted->only_asked)
            descriptors[i].revents &= asked_for(descriptors[i].events);
        if (descriptors[i].revents != 0)
            told++;
        else if (is_told)
            *quiet = true;
    }
    return told;
}

/* An epoll that becomes readable when something changes with `fd`, not while something just holds: -1 when it cannot be had. */
static int make_edge(int fd, short events) {
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = (unsigned short)events | EPOLLET};
    if (epoll >= 0 && sw_real.epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0) {
        sw_real.epoll_wait(epoll, &event, 1, 0);
        return epoll;
    }
    if (epoll >= 0)
        sw_real.close(epoll);
    return -1;
}

/* Waits on with those that have nothing to tell watched for changes. Where that cannot be done they tell what the kernel says. */
static int wait_quietly(const struct sw_poll *wanted, struct sw_deadline *deadline) {
    struct pollfd *descriptors = wanted->descriptors;
    nfds_t count = wanted->count;
    size_t size = count * 2 * sizeof *descriptors;
    int result, saved_errno = errno;
    struct pollfd *waiting = sw_scratch_take(size);
    if (waiting == NULL)
        return sw_real.poll(descriptors, count, 0);
    struct pollfd *now = waiting + count;
    for (nfds_t i = 0; i < count; i++) {
        waiting[i] = now[i] = descriptors[i];
        waiting[i].revents = 0;
    }
    sw_real.poll(now, count, 0);
    for (nfds_t i = 0; i < count; i++) {
        int epoll = now[i].revents != 0 ? make_edge(now[i].fd, now[i].events) : -1;
        if (epoll >= 0)
            waiting[i] = (struct pollfd){.fd = epoll, .events = POLLIN};
    }
    do {
        struct timespec left;
        errno = saved_errno;
        result = sw_real.ppoll(waiting, count, sw_deadline_left(deadline, wanted->timeout, &left), wanted->mask);
        if (result <= 0)
            break;
        for (nfds_t i = 0; i < count; i++) {
            bool is_edge = waiting[i].fd != descriptors[i].fd;
            struct epoll_event event;
            descriptors[i].revents = is_edge ? 0 : waiting[i].revents;
            if (is_edge && waiting[i].revents != 0 && sw_real.epoll_wait(waiting[i].fd, &event, 1, 0) == 1)
                descriptors[i].revents = (short)event.events;
        }
        bool quiet;
        result = translate_all(wanted, result, &quiet);
    } while (result == 0 && sw_deadline_is_ahead(deadline));
    saved_errno = errno;
    for (nfds_t i = 0; i < count; i++)
        if (waiting[i].fd != descriptors[i].fd)
            sw_real.close(waiting[i].fd);
    sw_scratch_give_back(waiting, size);
    errno = saved_errno;
    return result;
}

/* Whether a socket has something to tell of which the kernel knows nothing. */
static bool has_hidden(const struct sw_poll *wanted) {
    struct sw_socket socket;
    for (nfds_t i = 0; sw_readiness_any_hidden() && i < wanted->count && !sw_is_nowhere(wanted->descriptors); i++)
        if (sw_fd_hint(wanted->descriptors[i].fd, &socket) && sw_readiness_hidden(&socket, (unsigned short)wanted->descriptors[i].events) != 0)
            return true;
    return false;
}

/* `result` is what the kernel has answered. */
static int answer(const struct sw_poll *wanted, int result, struct sw_deadline *deadline) {
    bool quiet;
    if (result < 0 || (result == 0 && !sw_readiness_any_hidden()) || !sw_network_any())
        return result;
    result = translate_all(wanted, result, &quiet);
    return result > 0 || !quiet || !sw_deadline_is_ahead(deadline) ? result : wait_quietly(wanted, deadline);
}

int sw_poll(const struct sw_poll *wanted) {
    struct sw_deadline deadline = sw_deadline_after(wanted->timeout);
    int result = has_hidden(wanted) ? sw_real.poll(wanted->descriptors, wanted->count, 0)
                                    : sw_real.ppoll(wanted->descriptors, wanted->count, wanted->timeout, wanted->mask);
    return answer(wanted, result, &deadline);
}

/* poll(2) */
SW_EXPORT int poll(struct pollfd *descriptors, nfds_t count, int timeout) {
    sw_start();
    struct sw_poll wanted = {.descriptors = descriptors, .count = count};
    struct sw_deadline deadline = sw_deadline_after_ms(timeout);
    return answer(&wanted, sw_real.poll(descriptors, count, has_hidden(&wanted) ? 0 : timeout), &deadline);
}

/* ppoll(2) */
SW_EXPORT int ppoll(struct pollfd *descriptors, nfds_t count, const struct timespec *timeout, const sigset_t *mask) {
    sw_start();
    return sw_poll(&(struct sw_poll){.descriptors = descriptors, .count = count, .timeout = timeout, .mask = mask});
}

SW_EXPORT int __poll_chk(struct pollfd *descriptors, nfds_t count, int timeout, size_t room);
SW_EXPORT int __ppoll_chk(struct pollfd *descriptors, nfds_t count, const struct timespec *timeout, const sigset_t *mask, size_t room);

SW_EXPORT int __poll_chk(struct pollfd *descriptors, nfds_t count, int timeout, size_t room) {
    if (room / sizeof *descriptors < count)
        __chk_fail();
    return poll(descriptors, count, timeout);
}

SW_EXPORT int __ppoll_chk(struct pollfd *descriptors, nfds_t count, const struct timespec *timeout, const sigset_t *mask, size_t room) {
    if (room / sizeof *descriptors < count)
        __chk_fail();
    return ppoll(descriptors, count, timeout, mask);
}
