#include "sockets/rewatch.h"

#include "base/real.h"
#include "base/root.h"
#include "sockets/readiness.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

/* What a line `tfd: 5 events: 4000001d data: …` of proc_pid_fdinfo(5) says of the events of `fd`; false when there is no such line. */
static bool events_in_kernel(int epoll, int fd, unsigned *events) {
    char path[64], text[4096];
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", epoll);
    int file = openat(SW_AT(path), O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    size_t kept = 0;
    ssize_t got;
    bool is_found = false;
    while (!is_found && (got = sw_real.read(file, text + kept, sizeof text - 1 - kept)) > 0) {
        kept += (size_t)got;
        text[kept] = '\0';
        char *line = text, *end;
        for (; !is_found && (end = strchr(line, '\n')) != NULL; line = end + 1) {
            int number;
            *end = '\0';
            is_found = sscanf(line, "tfd: %d events: %x", &number, events) == 2 && number == fd;
        }
        kept = strlen(line);
        memmove(text, line, kept);
    }
    sw_real.close(file);
    return is_found;
}

void sw_rewatch_begin(int fd, struct sw_rewatch *rewatch) {
    enum { SETTINGS = EPOLLONESHOT | EPOLLWAKEUP | EPOLLEXCLUSIVE };
    int saved_errno = errno;
    struct sw_watch watch;
    rewatch->count = 0;
    for (unsigned position = 0; rewatch->count < SW_REWATCH_MOST && sw_watch_next(fd, &position, &watch);) {
        unsigned events = 0;
        if (!events_in_kernel(watch.epoll, fd, &events))
            continue;
        bool is_spent = (watch.event.events & EPOLLONESHOT) != 0 && (events & ~((unsigned)SETTINGS | EPOLLET)) == 0;
        rewatch->kept[rewatch->count].watch = watch;
        rewatch->kept[rewatch->count++].is_spent = is_spent;
        sw_real.epoll_ctl(watch.epoll, EPOLL_CTL_DEL, fd, NULL);
    }
    errno = saved_errno;
}

void sw_rewatch_end(int fd, const struct sw_rewatch *rewatch) {
    int saved_errno = errno;
    for (unsigned i = 0; i < rewatch->count; i++) {
        struct sw_watch watch = rewatch->kept[i].watch;
        struct epoll_event event = watch.event;
        event.events = sw_readiness_asked(event.events);
        watch.muted = false;
        if (rewatch->kept[i].is_spent || sw_real.epoll_ctl(watch.epoll, EPOLL_CTL_ADD, fd, &event) == 0)
            sw_watch_put(fd, &watch);
    }
    errno = saved_errno;
}

void sw_rewatch_wake(int fd) {
    int saved_errno = errno;
    struct sw_watch watch;
    for (unsigned position = 0; sw_watch_next(fd, &position, &watch);) {
        struct epoll_event event = watch.event;
        event.events = sw_readiness_asked(event.events);
        /* ep_modify() tells what holds as if it was new. One shot that is spent would be armed by it. */
        if ((event.events & EPOLLET) != 0 && (event.events & (EPOLLONESHOT | EPOLLEXCLUSIVE)) == 0)
            sw_real.epoll_ctl(watch.epoll, EPOLL_CTL_MOD, fd, &event);
    }
    errno = saved_errno;
}
