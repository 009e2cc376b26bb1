#include "capture/wait.h"

#include "base/real.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>

void sw_wait_a_moment(void) {
    sched_yield();
}

/* send(2) goes on after handlers with SA_RESTART, poll(2) never does; which handler ran cannot be asked. */
static bool all_handlers_restart(void) {
    for (int number = 1; number < NSIG; number++) {
        struct sigaction action;
        if (sigaction(number, NULL, &action) == 0 && action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN &&
            (action.sa_flags & SA_RESTART) == 0)
            return false;
    }
    return true;
}

bool sw_wait_writable(int fd) {
    struct timeval limit = {0};
    socklen_t length = sizeof limit;
    sw_real.getsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, &length);
    bool bounded = limit.tv_sec != 0 || limit.tv_usec != 0;
    struct pollfd wanted = {.fd = fd, .events = POLLOUT};
    for (;;) {
        int count = sw_real.poll(&wanted, 1, bounded ? (int)(limit.tv_sec * 1000 + (limit.tv_usec + 999) / 1000) : -1);
        if (count == 0)
            errno = EAGAIN;
        if (count >= 0)
            return count > 0;
        if (errno != EINTR || bounded || !all_handlers_restart())
            return false;
    }
}
