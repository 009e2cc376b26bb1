/* real.h: the functions of libc behind the ones this library puts in front of them.
 *
 * One list makes the struct, the loading and the check of exported symbols. A function that this libc
 * does not have is NULL. Everything is resolved once, by the first caller, without allocating. */
#ifndef SW_BASE_REAL_H
#define SW_BASE_REAL_H

#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>

struct ifaddrs;
struct if_nameindex;
struct termios;
struct winsize;

/* Elsewhere these are no functions, but macros for those without the number. */
#ifdef __GLIBC__
#define SW_REAL_FILES(X)                                                                           \
    X(int, open64, (const char *, int, ...))                                                       \
    X(int, openat64, (int, const char *, int, ...))                                                \
    X(int, __open_2, (const char *, int))                                                          \
    X(FILE *, fopen64, (const char *, const char *))
#else
#define SW_REAL_FILES(X)
#endif

/* X(result, name, parameters) */
#define SW_REAL_FUNCTIONS(X)                                                                       \
    X(int, socket, (int, int, int))                                                                \
    X(int, socketpair, (int, int, int, int *))                                                     \
    X(int, bind, (int, const struct sockaddr *, socklen_t))                                        \
    X(int, listen, (int, int))                                                                     \
    X(int, accept4, (int, struct sockaddr *, socklen_t *, int))                                    \
    X(int, connect, (int, const struct sockaddr *, socklen_t))                                     \
    X(int, shutdown, (int, int))                                                                   \
    X(int, close, (int))                                                                           \
    X(int, close_range, (unsigned, unsigned, int))                                                 \
    X(void, closefrom, (int))                                                                      \
    X(int, dup, (int))                                                                             \
    X(int, dup2, (int, int))                                                                       \
    X(int, dup3, (int, int, int))                                                                  \
    X(int, fcntl, (int, int, ...))                                                                 \
    X(int, fcntl64, (int, int, ...))                                                               \
    X(int, ioctl, (int, unsigned long, ...))                                                       \
    X(int, getsockname, (int, struct sockaddr *, socklen_t *))                                     \
    X(int, getpeername, (int, struct sockaddr *, socklen_t *))                                     \
    X(int, getsockopt, (int, int, int, void *, socklen_t *))                                       \
    X(int, setsockopt, (int, int, int, const void *, socklen_t))                                   \
    X(int, poll, (struct pollfd *, nfds_t, int))                                                   \
    X(int, ppoll, (struct pollfd *, nfds_t, const struct timespec *, const sigset_t *))            \
    X(int, select, (int, fd_set *, fd_set *, fd_set *, struct timeval *))                          \
    X(int, pselect, (int, fd_set *, fd_set *, fd_set *, const struct timespec *, const sigset_t *)) \
    X(int, epoll_ctl, (int, int, int, struct epoll_event *))                                       \
    X(int, epoll_wait, (int, struct epoll_event *, int, int))                                      \
    X(int, epoll_pwait, (int, struct epoll_event *, int, int, const sigset_t *))                   \
    X(int, epoll_pwait2,                                                                           \
      (int, struct epoll_event *, int, const struct timespec *, const sigset_t *))                 \
    X(ssize_t, read, (int, void *, size_t))                                                        \
    X(ssize_t, readv, (int, const struct iovec *, int))                                            \
    X(ssize_t, recv, (int, void *, size_t, int))                                                   \
    X(ssize_t, recvfrom, (int, void *, size_t, int, struct sockaddr *, socklen_t *))               \
    X(ssize_t, recvmsg, (int, struct msghdr *, int))                                               \
    X(int, recvmmsg, (int, struct mmsghdr *, unsigned, int, struct timespec *))                    \
    X(ssize_t, write, (int, const void *, size_t))                                                 \
    X(ssize_t, writev, (int, const struct iovec *, int))                                           \
    X(ssize_t, send, (int, const void *, size_t, int))                                             \
    X(ssize_t, sendto, (int, const void *, size_t, int, const struct sockaddr *, socklen_t))       \
    X(ssize_t, sendmsg, (int, const struct msghdr *, int))                                         \
    X(int, sendmmsg, (int, struct mmsghdr *, unsigned, int))                                       \
    X(ssize_t, preadv2, (int, const struct iovec *, int, off_t, int))                              \
    X(ssize_t, pwritev2, (int, const struct iovec *, int, off_t, int))                             \
    X(ssize_t, sendfile, (int, int, off_t *, size_t))                                              \
    X(ssize_t, splice, (int, off_t *, int, off_t *, size_t, unsigned))                             \
    X(int, open, (const char *, int, ...))                                                         \
    X(int, openat, (int, const char *, int, ...))                                                  \
    X(FILE *, fopen, (const char *, const char *))                                                 \
    SW_REAL_FILES(X)                                                                               \
    X(int, fclose, (FILE *))                                                                       \
    X(FILE *, fdopen, (int, const char *))                                                         \
    X(FILE *, freopen, (const char *, const char *, FILE *))                                       \
    X(int, vdprintf, (int, const char *, va_list))                                                 \
    X(int, sockatmark, (int))                                                                      \
    X(int, isfdtype, (int, int))                                                                   \
    X(int, execve, (const char *, char *const[], char *const[]))                                   \
    X(int, execvpe, (const char *, char *const[], char *const[]))                                  \
    X(int, fexecve, (int, char *const[], char *const[]))                                           \
    X(int, execveat, (int, const char *, char *const[], char *const[], int))                       \
    X(int, posix_spawn,                                                                            \
      (pid_t *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *,       \
       char *const[], char *const[]))                                                              \
    X(int, posix_spawnp,                                                                           \
      (pid_t *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *,       \
       char *const[], char *const[]))                                                              \
    X(int, system, (const char *))                                                                 \
    X(FILE *, popen, (const char *, const char *))                                                 \
    X(long, syscall, (long, ...))                                                                  \
    X(int, clone, (int (*)(void *), void *, int, void *, ...))                                     \
    X(pid_t, fork, (void))                                                                         \
    X(pid_t, vfork, (void))                                                                        \
    X(pid_t, _Fork, (void))                                                                        \
    X(int, daemon, (int, int))                                                                     \
    X(pid_t, forkpty, (int *, char *, const struct termios *, const struct winsize *))             \
    X(void *, dlopen, (const char *, int))                                                         \
    X(int, chroot, (const char *))                                                                 \
    X(int, setuid, (uid_t))                                                                        \
    X(int, seteuid, (uid_t))                                                                       \
    X(int, setreuid, (uid_t, uid_t))                                                               \
    X(int, setresuid, (uid_t, uid_t, uid_t))                                                       \
    X(int, prctl, (int, ...))                                                                      \
    X(int, getaddrinfo,                                                                            \
      (const char *, const char *, const struct addrinfo *, struct addrinfo **))                   \
    X(void, freeaddrinfo, (struct addrinfo *))                                                     \
    X(int, getnameinfo,                                                                            \
      (const struct sockaddr *, socklen_t, char *, socklen_t, char *, socklen_t, int))             \
    X(struct hostent *, gethostbyname, (const char *))                                             \
    X(struct hostent *, gethostbyname2, (const char *, int))                                       \
    X(struct hostent *, gethostbyaddr, (const void *, socklen_t, int))                             \
    X(int, gethostbyname_r,                                                                        \
      (const char *, struct hostent *, char *, size_t, struct hostent **, int *))                  \
    X(int, gethostbyname2_r,                                                                       \
      (const char *, int, struct hostent *, char *, size_t, struct hostent **, int *))             \
    X(int, gethostbyaddr_r,                                                                        \
      (const void *, socklen_t, int, struct hostent *, char *, size_t, struct hostent **, int *))  \
    X(int, gethostname, (char *, size_t))                                                          \
    X(int, getifaddrs, (struct ifaddrs **))                                                        \
    X(void, freeifaddrs, (struct ifaddrs *))                                                       \
    X(struct if_nameindex *, if_nameindex, (void))                                                 \
    X(void, if_freenameindex, (struct if_nameindex *))                                             \
    X(unsigned, if_nametoindex, (const char *))                                                    \
    X(char *, if_indextoname, (unsigned, char *))

struct sw_real {
#define SW_REAL_MEMBER(result, name, parameters) result(*name) parameters;
    SW_REAL_FUNCTIONS(SW_REAL_MEMBER)
#undef SW_REAL_MEMBER
};

extern struct sw_real sw_real;

/* Fills sw_real. Safe to call again, from several threads, and before this library's constructor ran. */
void sw_real_load(void);

#endif
