#include "interpose/netlink.h"

#include "base/growing.h"
#include "base/parts.h"
#include "base/real.h"
#include "listing/socket_diag.h"
#include "names/netlink.h"
#include "names/netlink_changes.h"
#include "names/netlink_families.h"
#include "state/network.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

enum { MOST = 16 };

/* A watched socket. One thread at a time asks and reads on it, as it must with the kernel's own answers. */
struct watched {
    _Atomic int number; /* the descriptor plus 1; 0 for none */
    int protocol;       /* NETLINK_ROUTE, NETLINK_SOCK_DIAG or NETLINK_GENERIC */
    atomic_bool is_waiting;
    uint32_t sequence; /* of the question */
    struct sw_growing answer;
    size_t given; /* how much of the answer was read */
};

_Atomic unsigned sw_netlink_watched;
static struct watched table[MOST];

static int int_option(int fd, int option) {
    int value = -1;
    socklen_t length = sizeof value;
    return sw_real.getsockopt(fd, SOL_SOCKET, option, &value, &length) == 0 ? value : -1;
}

/* The descriptor may have been closed and be something else by now. */
static bool is_still(const struct watched *watched, int fd) {
    int saved_errno = errno;
    bool is_same = int_option(fd, SO_DOMAIN) == AF_NETLINK && int_option(fd, SO_PROTOCOL) == watched->protocol;
    errno = saved_errno;
    return is_same;
}

static void forget(struct watched *watched, int number) {
    if (!atomic_compare_exchange_strong(&watched->number, &number, 0))
        return;
    atomic_fetch_sub(&sw_netlink_watched, 1);
}

static struct watched *find(int fd) {
    if (atomic_load_explicit(&sw_netlink_watched, memory_order_relaxed) == 0 || fd < 0)
        return NULL;
    for (unsigned i = 0; i < MOST; i++) {
        if (atomic_load(&table[i].number) != fd + 1)
            continue;
        if (is_still(&table[i], fd))
            return &table[i];
        forget(&table[i], fd + 1);
    }
    return NULL;
}

static void start_watching(struct watched *watched, int protocol) {
    sw_growing_end(&watched->answer);
    watched->protocol = protocol;
    atomic_store(&watched->is_waiting, false);
}

static bool watch(int fd, int protocol) {
    for (unsigned i = 0; i < MOST; i++) {
        int none = 0;
        if (!atomic_compare_exchange_strong(&table[i].number, &none, fd + 1))
            continue;
        start_watching(&table[i], protocol);
        atomic_fetch_add(&sw_netlink_watched, 1);
        return true;
    }
    return false;
}

void sw_netlink_opened(int fd, int family, int protocol) {
    if (fd < 0 || family != AF_NETLINK || (protocol != NETLINK_ROUTE && protocol != NETLINK_SOCK_DIAG && protocol != NETLINK_GENERIC) || sw_config_is_attached())
        return;
    for (unsigned i = 0; i < MOST; i++)
        forget(&table[i], fd + 1);
    if (watch(fd, protocol))
        return;
    /* Nobody told of those that were closed. */
    for (unsigned i = 0; i < MOST; i++) {
        int number = atomic_load(&table[i].number);
        if (number != 0 && !is_still(&table[i], number - 1))
            forget(&table[i], number);
    }
    watch(fd, protocol);
}

/* The port of the socket, which the kernel would give it with the first request. */
static uint32_t port_of(int fd) {
    struct sockaddr_nl own = {0};
    socklen_t length = sizeof own;
    if (sw_real.getsockname(fd, (struct sockaddr *)&own, &length) == 0 && own.nl_pid != 0)
        return own.nl_pid;
    struct sockaddr_nl any = {.nl_family = AF_NETLINK};
    length = sizeof own;
    if (sw_real.bind(fd, (struct sockaddr *)&any, sizeof any) == 0)
        sw_real.getsockname(fd, (struct sockaddr *)&own, &length);
    return own.nl_pid;
}

bool sw_netlink_is_of_machine(int fd) {
    int namespace = sw_real.ioctl(fd, SIOCGSKNS);
    if (namespace < 0)
        return errno != EPERM;
    struct stat status;
    struct sw_network *network;
    bool is_known = fstat(namespace, &status) == 0 && sw_network_current(&network) == 0 && network != NULL;
    sw_real.close(namespace);
    return !is_known || atomic_load(&network->state->header.namespace) == 0 || atomic_load(&network->state->header.namespace) == status.st_ino;
}

static bool make_answer(struct watched *watched, int fd, const void *request, size_t size) {
    struct sw_place place;
    if (!sw_place_now(&place))
        return false;
    uint32_t port = port_of(fd);
    sw_growing_end(&watched->answer);
    watched->given = 0;
    if (watched->protocol == NETLINK_GENERIC)
        return sw_netlink_hides_family(request, size, port, &watched->answer);
    if (watched->protocol == NETLINK_ROUTE && sw_netlink_is_change(request, size)) {
        /* Who may not ask may change nothing either, and is told so by the kernel. */
        if (!sw_netlink_is_of_machine(fd))
            return false;
        sw_netlink_refuse(request, size, port, &watched->answer);
        return true;
    }
    return watched->protocol == NETLINK_ROUTE ? sw_netlink_answer(&place, request, size, port, &watched->answer)
                                              : sw_socket_diag_answer(request, size, port, &watched->answer);
}

bool sw_netlink_sending(int fd, const struct msghdr *message, int flags, ssize_t *result) {
    struct watched *watched = find(fd);
    unsigned char request[4096];
    struct nlmsghdr header;
    if (watched == NULL)
        return false;
    int saved_errno = errno;
    size_t whole = sw_parts_length(message), size = sw_parts_gather(message, request, sizeof request);
    bool is_answered = size >= sizeof header && make_answer(watched, fd, request, size) && !watched->answer.is_short;
    errno = saved_errno;
    if (!is_answered)
        return false;
    memcpy(&header, request, sizeof header);
    watched->sequence = header.nlmsg_seq;
    atomic_store(&watched->is_waiting, true);
    struct nlmsghdr nothing = {.nlmsg_len = sizeof nothing, .nlmsg_type = NLMSG_NOOP, .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
                               .nlmsg_seq = header.nlmsg_seq};
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    ssize_t sent = sw_real.sendto(fd, &nothing, sizeof nothing, flags, (struct sockaddr *)&kernel, sizeof kernel);
    *result = sent < 0 ? sent : (ssize_t)whole;
    return true;
}

/* Whether the acknowledgement of the request that does nothing is what comes next. -1 with errno when nothing has come. */
static int is_next(int fd, uint32_t sequence, int flags) {
    struct {
        struct nlmsghdr header;
        struct nlmsgerr error;
    } acknowledgement;
    ssize_t length = sw_real.recv(fd, &acknowledgement, sizeof acknowledgement, MSG_PEEK | (flags & MSG_DONTWAIT));
    if (length < 0)
        return -1;
    return length >= (ssize_t)sizeof acknowledgement.header && acknowledgement.header.nlmsg_type == NLMSG_ERROR &&
           acknowledgement.header.nlmsg_seq == sequence;
}

/* How much of the answer one call is given: whole messages, as many as the kernel would put together for a buffer of this size. */
static size_t next_part(const struct watched *watched, size_t room) {
    enum { LEAST = 3776, MOST_BYTES = 32768 }; /* NLMSG_GOODSIZE of a page, and what netlink_recvmsg() goes up to */
    size_t most = room < LEAST ? LEAST : room > MOST_BYTES ? MOST_BYTES : room, end = watched->given;
    while (end < watched->answer.length) {
        struct nlmsghdr header;
        memcpy(&header, watched->answer.bytes + end, sizeof header);
        size_t next = end + NLMSG_ALIGN(header.nlmsg_len);
        if (end > watched->given && next - watched->given > most)
            break;
        end = next;
    }
    return end - watched->given;
}

static ssize_t give(struct watched *watched, int fd, struct msghdr *message, int flags) {
    size_t length = next_part(watched, sw_parts_length(message));
    size_t given = sw_parts_scatter(message, watched->answer.bytes + watched->given, length);
    if (message->msg_name != NULL) {
        struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
        memcpy(message->msg_name, &kernel, message->msg_namelen < sizeof kernel ? message->msg_namelen : sizeof kernel);
        message->msg_namelen = sizeof kernel;
    }
    message->msg_controllen = 0;
    message->msg_flags = given < length ? MSG_TRUNC : 0;
    if ((flags & MSG_PEEK) == 0) {
        watched->given += length;
        if (watched->given >= watched->answer.length) {
            atomic_store(&watched->is_waiting, false);
            sw_growing_end(&watched->answer);
            sw_real.recv(fd, &(char){0}, 1, MSG_DONTWAIT);
        }
    }
    return (ssize_t)((flags & MSG_TRUNC) != 0 ? length : given);
}

/* The kernel's own list of Unix sockets, without those that are IP sockets of the network. */
static bool receive_unix_list(int fd, struct msghdr *message, int flags, ssize_t *result) {
    struct nlmsghdr first;
    if (message->msg_iovlen != 1 || (flags & MSG_PEEK) != 0)
        return false;
    unsigned char *bytes = message->msg_iov[0].iov_base;
    do {
        *result = sw_real.recvmsg(fd, message, flags);
        if (*result < (ssize_t)sizeof first || (message->msg_flags & MSG_TRUNC) != 0)
            return true;
        *result = (ssize_t)sw_socket_diag_without_stand_ins(bytes, (size_t)*result);
    } while (*result == 0);
    return true;
}

bool sw_netlink_receiving(int fd, struct msghdr *message, int flags, ssize_t *result) {
    struct watched *watched = find(fd);
    if (watched == NULL)
        return false;
    if (!atomic_load(&watched->is_waiting))
        return watched->protocol == NETLINK_SOCK_DIAG && receive_unix_list(fd, message, flags, result);
    int next = is_next(fd, watched->sequence, flags);
    if (next <= 0) {
        *result = -1;
        return next < 0;
    }
    *result = give(watched, fd, message, flags);
    return true;
}
