/* fortify.c: what -D_FORTIFY_SOURCE turns the receiving calls into. A size beyond the buffer's is the program's bug, and libc's own check
 * says so and ends it. */
#include "interpose/fortify.h"

#include "interpose/export.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

SW_EXPORT ssize_t __read_chk(int fd, void *data, size_t size, size_t room);
SW_EXPORT ssize_t __recv_chk(int fd, void *data, size_t size, size_t room, int flags);
SW_EXPORT ssize_t __recvfrom_chk(int fd, void *data, size_t size, size_t room, int flags, struct sockaddr *address, socklen_t *length);

SW_EXPORT ssize_t __read_chk(int fd, void *data, size_t size, size_t room) {
    if (size > room)
        __chk_fail();
    return read(fd, data, size);
}

SW_EXPORT ssize_t __recv_chk(int fd, void *data, size_t size, size_t room, int flags) {
    if (size > room)
        __chk_fail();
    return recv(fd, data, size, flags);
}

SW_EXPORT ssize_t __recvfrom_chk(int fd, void *data, size_t size, size_t room, int flags, struct sockaddr *address, socklen_t *length) {
    if (size > room)
        __chk_fail();
    return recvfrom(fd, data, size, flags, address, length);
}
