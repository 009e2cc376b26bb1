/* hooks.c: the list of hooks. Most are the functions of interpose/, which this addon keeps to itself under libc's names; a few have to know
 * first where the caller is. */
#include "attach/hooks.h"

#include "attach/calls.h"

#include <stddef.h>
#include <string.h>

/* In the order of strcmp(3): OWN those that have to know, X the others. */
#define HOOKED(X, OWN)                                                                                                             \
    X(__gethostname_chk)                                                                                                           \
    X(__poll_chk)                                                                                                                  \
    X(__ppoll_chk)                                                                                                                 \
    X(__read_chk)                                                                                                                  \
    X(__recv_chk)                                                                                                                  \
    X(__recvfrom_chk)                                                                                                              \
    X(accept)                                                                                                                      \
    X(accept4)                                                                                                                     \
    X(bind)                                                                                                                        \
    X(bindresvport)                                                                                                                \
    X(close)                                                                                                                       \
    X(close_range)                                                                                                                 \
    X(closefrom)                                                                                                                   \
    X(connect)                                                                                                                     \
    OWN(dlopen)                                                                                                                    \
    X(dup)                                                                                                                         \
    X(dup2)                                                                                                                        \
    X(dup3)                                                                                                                        \
    X(epoll_ctl)                                                                                                                   \
    X(epoll_pwait)                                                                                                                 \
    X(epoll_pwait2)                                                                                                                \
    X(epoll_wait)                                                                                                                  \
    X(execl)                                                                                                                       \
    X(execle)                                                                                                                      \
    X(execlp)                                                                                                                      \
    X(execv)                                                                                                                       \
    X(execve)                                                                                                                      \
    X(execveat)                                                                                                                    \
    X(execvp)                                                                                                                      \
    X(execvpe)                                                                                                                     \
    X(fclose)                                                                                                                      \
    X(fcntl)                                                                                                                       \
    X(fcntl64)                                                                                                                     \
    X(fexecve)                                                                                                                     \
    OWN(fork)                                                                                                                      \
    X(freeaddrinfo)                                                                                                                \
    X(freeifaddrs)                                                                                                                 \
    X(getaddrinfo)                                                                                                                 \
    X(gethostbyaddr)                                                                                                               \
    X(gethostbyaddr_r)                                                                                                             \
    X(gethostbyname)                                                                                                               \
    X(gethostbyname2)                                                                                                              \
    X(gethostbyname2_r)                                                                                                            \
    X(gethostbyname_r)                                                                                                             \
    X(gethostname)                                                                                                                 \
    X(getifaddrs)                                                                                                                  \
    X(getnameinfo)                                                                                                                 \
    X(getpeername)                                                                                                                 \
    X(getsockname)                                                                                                                 \
    X(getsockopt)                                                                                                                  \
    X(if_freenameindex)                                                                                                            \
    X(if_indextoname)                                                                                                              \
    X(if_nameindex)                                                                                                                \
    X(if_nametoindex)                                                                                                              \
    X(ioctl)                                                                                                                       \
    X(listen)                                                                                                                      \
    X(poll)                                                                                                                        \
    X(posix_spawn)                                                                                                                 \
    X(posix_spawnp)                                                                                                                \
    X(ppoll)                                                                                                                       \
    X(pselect)                                                                                                                     \
    OWN(pthread_create)                                                                                                            \
    X(read)                                                                                                                        \
    X(readv)                                                                                                                       \
    X(recv)                                                                                                                        \
    X(recvfrom)                                                                                                                    \
    X(recvmmsg)                                                                                                                    \
    X(recvmsg)                                                                                                                     \
    X(select)                                                                                                                      \
    X(send)                                                                                                                        \
    X(sendfile)                                                                                                                    \
    X(sendfile64)                                                                                                                  \
    X(sendmmsg)                                                                                                                    \
    X(sendmsg)                                                                                                                     \
    X(sendto)                                                                                                                      \
    X(setsockopt)                                                                                                                  \
    X(shutdown)                                                                                                                    \
    OWN(socket)                                                                                                                    \
    X(syscall)                                                                                                                     \
    X(uname)                                                                                                                       \
    X(write)                                                                                                                       \
    X(writev)

/* By its name in the object file alone: the types are of no interest here, and libc's headers know other ones. */
#define DECLARE(name) extern char hook_##name[] __asm__(#name);
#define DECLARE_OWN(name)
HOOKED(DECLARE, DECLARE_OWN)

#define ENTRY(name) {#name, hook_##name},
#define OWN_ENTRY(name) {#name, (void *)sw_call_##name},
static const struct {
    const char *name;
    void *function;
} HOOKS[] = {HOOKED(ENTRY, OWN_ENTRY)};

enum { COUNT = sizeof HOOKS / sizeof *HOOKS };

void *sw_hook_for(const char *name) {
    unsigned low = 0, high = COUNT;
    while (low < high) {
        unsigned middle = (low + high) / 2;
        int order = (unsigned char)name[0] - (unsigned char)HOOKS[middle].name[0];
        if (order == 0)
            order = strcmp(name, HOOKS[middle].name);
        if (order == 0)
            return HOOKS[middle].function;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}
