/* raw.c: syscall(2), as libuv and others use it for what their libc may lack. */
#include "base/memory.h"
#include "base/real.h"
#include "interpose/deadline.h"
#include "interpose/export.h"
#include "interpose/forks.h"
#include "interpose/sandbox.h"
#include "interpose/start.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/* The headers of musl and of an older glibc have not all of them. */
extern int epoll_pwait2(int epoll, struct epoll_event *events, int most, const struct timespec *timeout, const sigset_t *mask);
extern int close_range(unsigned first, unsigned last, int flags);
extern int execveat(int directory, const char *path, char *const arguments[], char *const environment[], int flags);

/* Whether the call makes a process with a memory of its own. */
static bool is_fork(long number, const long a[6]) {
    switch (number) {
#ifdef SYS_fork
    case SYS_fork:
        return true;
#endif
    case SYS_clone:
        return (a[0] & CLONE_VM) == 0;
#ifdef SYS_clone3
    case SYS_clone3:
        /* struct clone_args begins with the flags. */
        return a[0] != 0 && (*(const uint64_t *)a[0] & CLONE_VM) == 0;
#endif
    default:
        return false;
    }
}

/* Unlike libc's functions, ppoll(2) and pselect6(2) tell how much of the time is left. */
static void tell_left(struct timespec *timeout, struct sw_deadline *deadline) {
    struct timespec left;
    if (timeout == NULL || deadline->at <= 0)
        return;
    sw_deadline_is_ahead(deadline);
    *timeout = *sw_deadline_left(deadline, timeout, &left);
}

/* libc's functions, which are behind this, fall over it. */
static bool is_bad(const void *pointer, size_t size) {
    return pointer != NULL && !sw_is_readable(pointer, size);
}

#ifdef SYS_select
static int raw_select(const long a[6]) {
    struct timeval *timeout = (struct timeval *)a[4];
    if (is_bad(timeout, sizeof *timeout))
        return (int)sw_answer(-EFAULT);
    return select((int)a[0], (fd_set *)a[1], (fd_set *)a[2], (fd_set *)a[3], timeout);
}
#endif

static int raw_ppoll(const long a[6]) {
    struct timespec *timeout = (struct timespec *)a[2];
    if (is_bad(timeout, sizeof *timeout))
        return (int)sw_answer(-EFAULT);
    struct sw_deadline deadline = sw_deadline_after(timeout);
    int result = ppoll((struct pollfd *)a[0], (nfds_t)a[1], timeout, (const sigset_t *)a[3]);
    tell_left(timeout, &deadline);
    return result;
}

static int raw_pselect(const long a[6]) {
    const struct {
        const sigset_t *set;
        size_t size;
    } *mask = (const void *)a[5];
    struct timespec *timeout = (struct timespec *)a[4];
    if (is_bad(mask, sizeof *mask) || is_bad(timeout, sizeof *timeout))
        return (int)sw_answer(-EFAULT);
    struct sw_deadline deadline = sw_deadline_after(timeout);
    int result = pselect((int)a[0], (fd_set *)a[1], (fd_set *)a[2], (fd_set *)a[3], timeout, mask != NULL ? mask->set : NULL);
    tell_left(timeout, &deadline);
    return result;
}

SW_EXPORT long syscall(long number, ...) {
    long a[6];
    va_list arguments;
    va_start(arguments, number);
    for (int i = 0; i < 6; i++)
        a[i] = va_arg(arguments, long);
    va_end(arguments);
    sw_start();
    switch (number) {
    case SYS_close:
        return close((int)a[0]);
#ifdef SYS_open
    case SYS_open:
        return open((const char *)a[0], (int)a[1], (mode_t)a[2]);
#endif
    case SYS_openat:
        return openat((int)a[0], (const char *)a[1], (int)a[2], (mode_t)a[3]);
    case SYS_read:
        return read((int)a[0], (void *)a[1], (size_t)a[2]);
    case SYS_execve:
        return execve((const char *)a[0], (char *const *)a[1], (char *const *)a[2]);
    case SYS_execveat:
        return execveat((int)a[0], (const char *)a[1], (char *const *)a[2], (char *const *)a[3], (int)a[4]);
    case SYS_readv:
        return readv((int)a[0], (struct iovec *)a[1], (int)a[2]);
    case SYS_write:
        return write((int)a[0], (void *)a[1], (size_t)a[2]);
    case SYS_writev:
        return writev((int)a[0], (struct iovec *)a[1], (int)a[2]);
#ifdef __GLIBC__
    /* The offset comes in two halves, of which the second says nothing on machines of 64 bits. */
    case SYS_preadv2:
        return preadv2((int)a[0], (struct iovec *)a[1], (int)a[2], (off_t)a[3], (int)a[5]);
    case SYS_pwritev2:
        return pwritev2((int)a[0], (struct iovec *)a[1], (int)a[2], (off_t)a[3], (int)a[5]);
#endif
    case SYS_recvmmsg:
        return recvmmsg((int)a[0], (struct mmsghdr *)a[1], (unsigned)a[2], (int)a[3], (struct timespec *)a[4]);
    case SYS_sendmmsg:
        return sendmmsg((int)a[0], (struct mmsghdr *)a[1], (unsigned)a[2], (int)a[3]);
    case SYS_chroot:
        return chroot((const char *)a[0]);
    case SYS_setuid:
        return setuid((uid_t)a[0]);
    case SYS_setreuid:
        return setreuid((uid_t)a[0], (uid_t)a[1]);
    case SYS_setresuid:
        return setresuid((uid_t)a[0], (uid_t)a[1], (uid_t)a[2]);
    case SYS_epoll_ctl:
        return epoll_ctl((int)a[0], (int)a[1], (int)a[2], (struct epoll_event *)a[3]);
#ifdef SYS_epoll_wait
    case SYS_epoll_wait:
        return epoll_wait((int)a[0], (struct epoll_event *)a[1], (int)a[2], (int)a[3]);
#endif
#ifdef SYS_poll
    case SYS_poll:
        return poll((struct pollfd *)a[0], (nfds_t)a[1], (int)a[2]);
#endif
#ifdef SYS_select
    case SYS_select:
        return raw_select(a);
#endif
    case SYS_ppoll:
        return raw_ppoll(a);
    case SYS_pselect6:
        return raw_pselect(a);
    case SYS_epoll_pwait:
        return epoll_pwait((int)a[0], (struct epoll_event *)a[1], (int)a[2], (int)a[3], (sigset_t *)a[4]);
#ifdef SYS_epoll_pwait2
    case SYS_epoll_pwait2:
        return epoll_pwait2((int)a[0], (struct epoll_event *)a[1], (int)a[2], (const struct timespec *)a[3], (sigset_t *)a[4]);
#endif
    case SYS_dup:
        return dup((int)a[0]);
#ifdef SYS_dup2
    case SYS_dup2:
        return dup2((int)a[0], (int)a[1]);
#endif
    case SYS_dup3:
        return dup3((int)a[0], (int)a[1], (int)a[2]);
    case SYS_fcntl:
        return fcntl((int)a[0], (int)a[1], a[2]);
    case SYS_ioctl:
        return ioctl((int)a[0], (unsigned long)a[1], a[2]);
    case SYS_sendfile:
        return sendfile((int)a[0], (int)a[1], (off_t *)a[2], (size_t)a[3]);
#ifdef __GLIBC__
    case SYS_splice:
        return splice((int)a[0], (off_t *)a[1], (int)a[2], (off_t *)a[3], (size_t)a[4], (unsigned)a[5]);
#endif
#ifdef SYS_close_range
    case SYS_close_range:
        return close_range((unsigned)a[0], (unsigned)a[1], (int)a[2]);
#endif
#ifdef SYS_socket
    case SYS_socket:
        return socket((int)a[0], (int)a[1], (int)a[2]);
    case SYS_accept4:
        return accept4((int)a[0], (struct sockaddr *)a[1], (socklen_t *)a[2], (int)a[3]);
    case SYS_accept:
        return accept((int)a[0], (struct sockaddr *)a[1], (socklen_t *)a[2]);
    case SYS_listen:
        return listen((int)a[0], (int)a[1]);
    case SYS_getsockname:
        return getsockname((int)a[0], (struct sockaddr *)a[1], (socklen_t *)a[2]);
    case SYS_getpeername:
        return getpeername((int)a[0], (struct sockaddr *)a[1], (socklen_t *)a[2]);
    case SYS_getsockopt:
        return getsockopt((int)a[0], (int)a[1], (int)a[2], (void *)a[3], (socklen_t *)a[4]);
    case SYS_setsockopt:
        return setsockopt((int)a[0], (int)a[1], (int)a[2], (const void *)a[3], (socklen_t)a[4]);
    case SYS_bind:
        return bind((int)a[0], (struct sockaddr *)a[1], (socklen_t)a[2]);
    case SYS_connect:
        return connect((int)a[0], (struct sockaddr *)a[1], (socklen_t)a[2]);
    case SYS_sendto:
        return sendto((int)a[0], (void *)a[1], (size_t)a[2], (int)a[3], (struct sockaddr *)a[4], (socklen_t)a[5]);
    case SYS_sendmsg:
        return sendmsg((int)a[0], (struct msghdr *)a[1], (int)a[2]);
    case SYS_recvmsg:
        return recvmsg((int)a[0], (struct msghdr *)a[1], (int)a[2]);
    case SYS_shutdown:
        return shutdown((int)a[0], (int)a[1]);
    case SYS_recvfrom:
        return recvfrom((int)a[0], (void *)a[1], (size_t)a[2], (int)a[3], (struct sockaddr *)a[4], (socklen_t *)a[5]);
#endif
    default: {
        bool forks = is_fork(number, a);
        if (forks)
            sw_fork_begins();
        if (number == SYS_seccomp)
            sw_sandbox_begins();
        long result = sw_real.syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
        if (forks)
            sw_fork_ends(result);
        if (number == SYS_seccomp && result == 0 && (a[0] == SECCOMP_SET_MODE_STRICT || a[0] == SECCOMP_SET_MODE_FILTER))
            sw_sandbox_entered();
        return result;
    }
    }
}
