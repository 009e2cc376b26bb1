/* noop.c: the public functions as a program finds them that runs without the library. */
#include "include/socket_wrapper.h"

#define NOOP_EXPORT __attribute__((visibility("default")))

NOOP_EXPORT bool socket_wrapper_enabled(void) {
    return false;
}

NOOP_EXPORT void socket_wrapper_indicate_no_inet_fd(int fd) {
    (void)fd;
}
