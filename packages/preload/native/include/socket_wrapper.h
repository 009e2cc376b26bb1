/* socket_wrapper.h: what a program can ask the library that redirects its sockets.
 *
 * Link with -lsocket_wrapper_noop: then the functions below do nothing. When the program runs with libsocket_wrapper.so
 * in LD_PRELOAD, that library answers instead. The names are those of Samba's socket_wrapper. */
#ifndef SOCKET_WRAPPER_H
#define SOCKET_WRAPPER_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Whether sockets are redirected: the library is loaded, SOCKET_WRAPPER_DIR is set and can be used. */
bool socket_wrapper_enabled(void);

/* Tells the library that `fd` is no IP socket, for code that makes descriptors without libc. Any number is allowed. */
void socket_wrapper_indicate_no_inet_fd(int fd);

#ifdef __cplusplus
}
#endif

#endif
