/* qemu_cookies.c: put in front of libc in qemu-user itself, whose getsockopt(2) offers 4 bytes for every option that it does not know. SO_COOKIE
 * has 8, and the kernel refuses less: the lower half is given here, which tells the sockets of a test apart. */
#include <dlfcn.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

int getsockopt(int fd, int level, int option, void *restrict value, socklen_t *restrict length) {
    static int (*real)(int, int, int, void *, socklen_t *);
    if (real == NULL)
        real = (int (*)(int, int, int, void *, socklen_t *))dlsym(RTLD_NEXT, "getsockopt");
    if (level != SOL_SOCKET || option != SO_COOKIE || *length != sizeof(uint32_t))
        return real(fd, level, option, value, length);

    uint64_t cookie;
    socklen_t size = sizeof cookie;
    if (real(fd, level, option, &cookie, &size) != 0)
        return -1;
    if (cookie > UINT32_MAX) {
        errno = ERANGE;
        return -1;
    }
    uint32_t half = (uint32_t)cookie;
    memcpy(value, &half, sizeof half);
    return 0;
}
