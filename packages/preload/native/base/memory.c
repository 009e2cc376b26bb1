#include "base/memory.h"

#include "base/real.h"

#include <errno.h>
#include <sys/socket.h>

bool sw_is_readable(int socket, const void *pointer, size_t size) {
    enum { NEAR = 65536 };
    if (size == 0)
        return true;
    if (sw_is_nowhere(pointer))
        return false;
    /* The frames above this one are the program's. */
    uintptr_t distance = (uintptr_t)pointer - (uintptr_t)__builtin_frame_address(0);
    if (distance < NEAR || size < sizeof(int))
        return true;
    /* sk_setsockopt() reads the value before it finds that SO_TYPE cannot be set. */
    int saved_errno = errno;
    bool readable = sw_real.setsockopt(socket, SOL_SOCKET, SO_TYPE, pointer, sizeof(int)) == 0 || errno != EFAULT;
    errno = saved_errno;
    return readable;
}
