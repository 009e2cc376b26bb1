/* rewatch.h: keeps a descriptor in the epolls that watch it while another socket takes its place: to epoll(7) that is another file. */
#ifndef SW_SOCKETS_REWATCH_H
#define SW_SOCKETS_REWATCH_H

#include "state/watches.h"

enum { SW_REWATCH_MOST = 16 };

struct sw_rewatch {
    unsigned count;
    struct {
        struct sw_watch watch;
        bool is_spent; /* EPOLLONESHOT: it has told once, and waits to be armed again */
    } kept[SW_REWATCH_MOST];
};

/* Takes `fd` out of its epolls, and puts what is in its place by then back as it was. Leaves errno alone. */
void sw_rewatch_begin(int fd, struct sw_rewatch *rewatch);
void sw_rewatch_end(int fd, const struct sw_rewatch *rewatch);

/* Gives those who wait for edges of `fd` one, whatever they wait for: a change that its Unix socket knows nothing of. Leaves errno alone. */
void sw_rewatch_wake(int fd);

#endif
