#include "sockets/error_queue.h"

#include "base/parts.h"
#include "base/real.h"
#include "sockets/control.h"
#include "sockets/options.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST = 65535, PARTS = 64, ICMP_UNREACHABLE = 3, ICMP_PORT = 3, ICMPV6_UNREACHABLE = 1, ICMPV6_PORT = 4 };

struct kept {
    struct sw_address destination;
    uint32_t length;
};

static void path_of(char path[PATH_MAX + 32], const struct sw_network *network, const struct sw_record *record) {
    snprintf(path, PATH_MAX + 32, "%s/.error-%llX", network->directory, (unsigned long long)atomic_load(&record->cookie));
}

static bool is_wanted(const struct sw_record *record) {
    return sw_options_switch(record, record->family == AF_INET ? SW_SWITCH_IP_RECVERR : SW_SWITCH_IPV6_RECVERR);
}

void sw_error_queue_put(const struct sw_socket *socket, const struct sw_address *destination, const struct msghdr *message) {
    if (!is_wanted(socket->record))
        return;
    char path[PATH_MAX + 32];
    path_of(path, socket->network, socket->record);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, sw_network_file_mode(socket->network));
    if (fd < 0)
        return;
    struct kept kept = {.destination = *destination};
    struct iovec parts[1 + PARTS] = {{&kept, sizeof kept}};
    size_t count = (size_t)message->msg_iovlen < PARTS ? (size_t)message->msg_iovlen : PARTS;
    for (size_t i = 0; i < count; i++) {
        parts[1 + i] = message->msg_iov[i];
        kept.length += (uint32_t)message->msg_iov[i].iov_len;
    }
    if (sw_real.writev(fd, parts, (int)count + 1) < 0)
        unlink(path);
    sw_real.close(fd);
}

void sw_error_queue_discard(const struct sw_network *network, const struct sw_record *record) {
    if (!is_wanted(record))
        return;
    char path[PATH_MAX + 32];
    path_of(path, network, record);
    unlink(path);
}

/* struct sock_extended_err with the address of whoever sent the ICMP message behind it. */
static void add_error(const struct sw_socket *socket, struct msghdr *message, size_t room, const struct sw_address *offender) {
    bool ipv4 = socket->record->family == AF_INET;
    union {
        struct {
            struct sock_extended_err error;
            union {
                struct sockaddr any;
                struct sockaddr_in6 in6;
            } offender;
        } parts;
        char bytes[sizeof(struct sock_extended_err) + sizeof(struct sockaddr_in6)];
    } told;
    memset(&told, 0, sizeof told);
    told.parts.error = (struct sock_extended_err){
        .ee_errno = ECONNREFUSED,
        .ee_origin = ipv4 ? SO_EE_ORIGIN_ICMP : SO_EE_ORIGIN_ICMP6,
        .ee_type = ipv4 ? ICMP_UNREACHABLE : ICMPV6_UNREACHABLE,
        .ee_code = ipv4 ? ICMP_PORT : ICMPV6_PORT,
    };
    struct sw_address from = *offender;
    from.port = 0;
    socklen_t length = sizeof told.parts.offender;
    sw_address_write(&from, socket->record->family, &told.parts.offender.any, &length);
    sw_control_put(message, room, ipv4 ? IPPROTO_IP : IPPROTO_IPV6, ipv4 ? IP_RECVERR : IPV6_RECVERR, &told,
                   sizeof told.parts.error + sw_address_size(socket->record->family));
}

ssize_t sw_error_queue_take(struct sw_socket *socket, struct msghdr *message) {
    char path[PATH_MAX + 32], data[MOST];
    path_of(path, socket->network, socket->record);
    int fd = is_wanted(socket->record) ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
    if (fd < 0)
        return -EAGAIN;
    unlink(path);
    struct kept kept;
    ssize_t length = -1;
    if (sw_real.read(fd, &kept, sizeof kept) == sizeof kept && kept.length <= MOST)
        length = sw_real.read(fd, data, kept.length);
    sw_real.close(fd);
    if (length < 0)
        return -EAGAIN;

    size_t room = message->msg_controllen;
    message->msg_controllen = 0;
    message->msg_flags = MSG_ERRQUEUE;
    size_t done = sw_parts_scatter(message, data, (size_t)length);
    if (done < (size_t)length)
        message->msg_flags |= MSG_TRUNC;
    if (message->msg_name != NULL)
        sw_address_write(&kept.destination, socket->record->family, message->msg_name, &message->msg_namelen);
    add_error(socket, message, room, &kept.destination);
    return (ssize_t)done;
}
