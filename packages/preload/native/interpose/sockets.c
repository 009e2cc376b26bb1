/* sockets.c: the calls that make, name and tune sockets.
 *
 * A function here finds the socket, asks the module that knows, and gives the answer in libc's terms. A descriptor that is not ours
 * goes straight on. */
#include "base/memory.h"
#include "base/real.h"
#include "interpose/export.h"
#include "interpose/netlink.h"
#include "interpose/start.h"
#include "names/interfaces.h"
#include "sockets/buffer.h"
#include "sockets/datagram.h"
#include "sockets/late.h"
#include "sockets/life.h"
#include "sockets/options.h"
#include "sockets/port.h"
#include "sockets/connect.h"
#include "sockets/listen.h"
#include "sockets/stream.h"
#include "sockets/stream_state.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <unistd.h>

/* Of linux/un.h, whose other names are those of sys/un.h. */
enum { SIOCUNIXFILE = SIOCPROTOPRIVATE };

/* move_addr_to_kernel(): what is wrong with an address before anybody reads it. */
static int check_address(const struct sockaddr *address, socklen_t length) {
    if (length > sizeof(struct sockaddr_storage))
        return -EINVAL;
    return sw_is_readable(address, length) ? 0 : -EFAULT;
}

/* move_addr_to_user(): what is wrong with the place for an address. */
static int check_place(const struct sockaddr *address, const socklen_t *length) {
    if (!sw_is_readable(length, sizeof *length))
        return -EFAULT;
    return (int)*length <= 0 || sw_begins_somewhere(address, *length) ? 0 : -EFAULT;
}

/* socket(2) */
SW_EXPORT int socket(int family, int type, int protocol) {
    sw_start();
    if ((family != AF_INET && family != AF_INET6) || sw_config_directory() == NULL) {
        int fd = sw_real.socket(family, type, protocol);
        sw_netlink_opened(fd, family, protocol);
        return fd;
    }
    return (int)sw_answer(sw_socket_create(family, type, protocol));
}

/* The same where a program may want no address at all. */
static int check_place_of_peer(const struct sockaddr *address, const socklen_t *length) {
    return address == NULL ? 0 : check_place(address, length);
}

/* bind(2) */
SW_EXPORT int bind(int fd, const struct sockaddr *address, socklen_t length) {
    struct sw_socket socket;
    sw_start();
    if (!sw_fd_socket(fd, &socket))
        return sw_real.bind(fd, address, length);
    int fault = check_address(address, length);
    return (int)sw_answer(fault < 0 ? fault : sw_bind(&socket, address, length));
}

/* bindresvport(3) */
SW_EXPORT int bindresvport(int fd, struct sockaddr_in *address) {
    enum { FIRST = 600, PORTS = 424 };
    static _Atomic unsigned next;
    union {
        struct sockaddr any;
        struct sockaddr_in in;
        struct sockaddr_in6 in6;
    } own;
    struct sw_socket socket;
    sw_start();
    memset(&own, 0, sizeof own);
    if (address != NULL) {
        own.in = *address;
        if (own.any.sa_family != AF_INET)
            return (int)sw_answer(-EPFNOSUPPORT);
    } else {
        own.any.sa_family = sw_fd_socket(fd, &socket) ? socket.record->family : AF_INET;
    }
    int result = -1;
    for (unsigned i = 0; i < PORTS; i++) {
        unsigned port = FIRST + ((unsigned)getpid() + next++) % PORTS;
        if (own.any.sa_family == AF_INET6)
            own.in6.sin6_port = htons((uint16_t)port);
        else
            own.in.sin_port = htons((uint16_t)port);
        result = bind(fd, &own.any, sw_address_size(own.any.sa_family));
        if (result == 0 || errno != EADDRINUSE)
            break;
    }
    if (result == 0 && address != NULL)
        address->sin_port = own.in.sin_port;
    return result;
}

/* listen(2) */
SW_EXPORT int listen(int fd, int backlog) {
    struct sw_socket socket;
    sw_start();
    if (!sw_fd_socket(fd, &socket))
        return sw_real.listen(fd, backlog);
    return (int)sw_answer(sw_listen(&socket, backlog));
}

/* accept4(2) */
SW_EXPORT int accept4(int fd, struct sockaddr *address, socklen_t *length, int flags) {
    struct sw_socket socket;
    sw_start();
    if (!sw_fd_socket(fd, &socket))
        return sw_real.accept4(fd, address, length, flags);
    int fault = check_place_of_peer(address, length);
    if (fault == 0)
        return (int)sw_answer(sw_accept(&socket, address, length, flags));
    /* The kernel finds out when it has taken the connection. */
    int accepted = sw_accept(&socket, NULL, NULL, flags);
    if (accepted >= 0)
        close(accepted);
    return (int)sw_answer(accepted < 0 ? accepted : fault);
}

/* accept(2) */
SW_EXPORT int accept(int fd, struct sockaddr *address, socklen_t *length) {
    return accept4(fd, address, length, 0);
}

/* connect(2) */
SW_EXPORT int connect(int fd, const struct sockaddr *address, socklen_t length) {
    struct sw_socket socket;
    sw_start();
    if (!sw_fd_socket(fd, &socket))
        return sw_real.connect(fd, address, length);
    int fault = check_address(address, length);
    return (int)sw_answer(fault < 0 ? fault : sw_connect(&socket, address, length));
}

/* shutdown(2) */
SW_EXPORT int shutdown(int fd, int how) {
    struct sw_socket socket;
    sw_start();
    if (!sw_fd_socket(fd, &socket))
        return sw_real.shutdown(fd, how);
    return (int)sw_answer(sw_shutdown(&socket, how));
}

/* getsockname(2) */
SW_EXPORT int getsockname(int fd, struct sockaddr *address, socklen_t *length) {
    struct sw_socket socket;
    sw_start();
    if (!sw_fd_socket(fd, &socket))
        return sw_real.getsockname(fd, address, length);
    int fault = check_place(address, length);
    return (int)sw_answer(fault < 0 ? fault : sw_getsockname(&socket, address, length));
}

/* getpeername(2) */
SW_EXPORT int getpeername(int fd, struct sockaddr *address, socklen_t *length) {
    struct sw_socket socket;
    sw_start();
    if (!sw_fd_socket(fd, &socket))
        return sw_real.getpeername(fd, address, length);
    union {
        struct sockaddr any;
        struct sockaddr_in6 in6;
    } peer;
    socklen_t size = sizeof peer;
    int result = sw_getpeername(&socket, &peer.any, &size);
    if (result == 0)
        result = check_place(address, length);
    return (int)sw_answer(result < 0 ? result : sw_getpeername(&socket, address, length));
}

/* getsockopt(2) */
SW_EXPORT int getsockopt(int fd, int level, int name, void *value, socklen_t *length) {
    struct sw_socket socket;
    sw_start();
    if (!sw_fd_socket(fd, &socket))
        return sw_real.getsockopt(fd, level, name, value, length);
    if (!sw_is_readable(length, sizeof *length))
        return (int)sw_answer(-EFAULT);
    /* The kernel finds out last: an option that it does not know is ENOPROTOOPT wherever its value were to go. */
    bool is_there = value == NULL || sw_begins_somewhere(value, *length);
    return (int)sw_answer(sw_getsockopt(&socket, level, name, is_there ? value : NULL, length));
}

/* setsockopt(2) */
SW_EXPORT int setsockopt(int fd, int level, int name, const void *value, socklen_t length) {
    struct sw_socket socket;
    sw_start();
    if (!sw_fd_socket(fd, &socket))
        return sw_real.setsockopt(fd, level, name, value, length);
    bool is_there = value == NULL || (int)length <= 0 || sw_begins_somewhere(value, length);
    /* do_ipv6_setsockopt() takes NULL for a zero; elsewhere it leads nowhere, like any other bad pointer. */
    if (!is_there && level == IPPROTO_IPV6 && length >= sizeof(int))
        return (int)sw_answer(-EFAULT);
    return (int)sw_answer(sw_setsockopt(&socket, level, name, is_there ? value : NULL, length));
}

static bool asks_for_stamp(unsigned long request) {
    return request == SIOCGSTAMP_OLD || request == SIOCGSTAMPNS_OLD || request == SIOCGSTAMP_NEW || request == SIOCGSTAMPNS_NEW;
}

/* Sockets of any family tell of interfaces: dev_ioctl(). Those of AF_PACKET are about the machine's. */
static bool asks_for_interfaces(int fd, unsigned long request) {
    int family = AF_PACKET, saved_errno = errno;
    socklen_t length = sizeof family;
    if (!sw_interfaces_is_asked_anywhere(request) || sw_config_is_attached() || sw_config_directory() == NULL)
        return false;
    bool is_asked = sw_real.getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &length) == 0 && family != AF_PACKET && sw_netlink_is_of_machine(fd);
    errno = saved_errno;
    return is_asked;
}

/* ioctl(2) */
SW_EXPORT int ioctl(int fd, sw_ioctl_request plain_request, ...) {
    va_list arguments;
    va_start(arguments, plain_request);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    unsigned long request = (unsigned)plain_request;
    struct sw_socket socket;
    sw_start();
    if (asks_for_stamp(request) && sw_fd_hint(fd, &socket) && sw_fd_socket(fd, &socket)) {
        struct timespec stamp;
        /* sock_gettstamp(): nothing has ever stamped a stream. */
        int result = socket.record->type == SOCK_DGRAM ? sw_datagram_stamp(&socket, &stamp) : -ENOENT;
        if (result == 0 && !sw_is_readable(argument, sizeof stamp))
            result = -EFAULT;
        /* Seconds and a fraction of 64 bits each, in all four. */
        if (result == 0 && (request == SIOCGSTAMP_OLD || request == SIOCGSTAMP_NEW))
            stamp.tv_nsec /= 1000;
        if (result == 0)
            memcpy(argument, &stamp, sizeof stamp);
        return (int)sw_answer(result);
    }
    if (request == SIOCUNIXFILE && sw_fd_hint(fd, &socket) && sw_fd_socket(fd, &socket))
        return (int)sw_answer(argument == NULL ? -EFAULT : -ENOTTY);
    /* The requests of netdevice(7) are 0x89xx; all others mean the same for a Unix socket. */
    bool is_redirected = (request & 0xff00) == 0x8900 && sw_fd_socket(fd, &socket);
    if ((request & 0xff00) == 0x8900 && (is_redirected || asks_for_interfaces(fd, request))) {
        bool handled = false;
        if (is_redirected && socket.record->family == AF_INET6 && sw_interfaces_is_of_ipv4(request))
            return (int)sw_answer(argument == NULL ? -EFAULT : -ENOTTY);
        int result = sw_interfaces_ioctl(request, argument, &handled);
        if (handled)
            return (int)sw_answer(result);
    }
    if (request == FIONREAD && sw_fd_hint(fd, &socket) && sw_fd_socket(fd, &socket)) {
        int result = sw_real.ioctl(fd, request, argument);
        if (result == 0 && socket.record->type == SOCK_STREAM)
            *(int *)argument = sw_stream_unread(&socket);
        else if (result == 0 && *(int *)argument == 0)
            *(int *)argument = (int)sw_datagram_next_size(&socket);
        return result;
    }
    if (request == SIOCATMARK && sw_fd_hint(fd, &socket) && sw_fd_socket(fd, &socket)) {
        if (socket.record->type == SOCK_DGRAM)
            return (int)sw_answer(argument == NULL ? -EFAULT : -ENOTTY);
        int result = sw_real.ioctl(fd, request, argument);
        /* What waits for accept(2) is no data. */
        if (result == 0 && sw_record_has(socket.record, SW_LISTENING))
            *(int *)argument = 0;
        return result;
    }
    if ((request == SIOCOUTQ || request == SIOCOUTQNSD) && sw_fd_hint(fd, &socket) && sw_fd_socket(fd, &socket)) {
        if (sw_record_has(socket.record, SW_LISTENING))
            return (int)sw_answer(-EINVAL);
        if (request == SIOCOUTQNSD && socket.record->type != SOCK_STREAM)
            return (int)sw_answer(argument == NULL ? -EFAULT : -ENOTTY);
        if (sw_real.ioctl(fd, SIOCOUTQ, argument) != 0)
            return -1;
        /* What the peer has not read yet is delivered all the same, as far as its window goes. */
        uint64_t queued = (uint64_t)*(int *)argument;
        *(int *)argument = socket.record->type == SOCK_STREAM ? (int)sw_buffer_unsent(socket.network, socket.record, queued) : 0;
        return 0;
    }
    return sw_real.ioctl(fd, request, argument);
}

/* sockatmark(3): libc's asks by an ioctl(2) that is not seen. */
SW_EXPORT int sockatmark(int fd) {
    int is_at_mark = 0; /* valgrind takes it for an argument */
    return ioctl(fd, SIOCATMARK, &is_at_mark) == 0 ? is_at_mark : -1;
}
