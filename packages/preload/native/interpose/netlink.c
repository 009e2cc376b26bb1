#include "interpose/netlink.h"

#include "base/parts.h"
#include "base/real.h"
#include "names/netlink.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdatomic.h>
#include <string.h>

enum { MOST = 16 };

/* A watched socket. One thread at a time asks and reads on it, as it must with the kernel's own answers. */
struct watched {
    _Atomic int number; /* the descriptor plus 1; 0 for none */
    atomic_bool is_waiting;
    struct sw_netlink_question question;
};

_Atomic unsigned sw_netlink_watched;
static struct watched table[MOST];

static int int_option(int fd, int option) {
    int value = -1;
    socklen_t length = sizeof value;
    return sw_real.getsockopt(fd, SOL_SOCKET, option, &value, &length) == 0 ? value : -1;
}

/* The descriptor may have been closed and be something else by now. */
static struct watched *find(int fd) {
    if (atomic_load_explicit(&sw_netlink_watched, memory_order_relaxed) == 0 || fd < 0)
        return NULL;
    for (unsigned i = 0; i < MOST; i++) {
        int number = fd + 1;
        if (atomic_load(&table[i].number) != number)
            continue;
        int saved_errno = errno;
        bool is_still = int_option(fd, SO_DOMAIN) == AF_NETLINK && int_option(fd, SO_PROTOCOL) == NETLINK_ROUTE;
        errno = saved_errno;
        if (is_still)
            return &table[i];
        if (atomic_compare_exchange_strong(&table[i].number, &number, 0))
            atomic_fetch_sub(&sw_netlink_watched, 1);
    }
    return NULL;
}

void sw_netlink_opened(int fd, int family, int protocol) {
    if (fd < 0 || family != AF_NETLINK || protocol != NETLINK_ROUTE || sw_config_is_attached())
        return;
    struct watched *known = find(fd);
    if (known != NULL) {
        atomic_store(&known->is_waiting, false);
        return;
    }
    for (unsigned i = 0; i < MOST; i++) {
        int none = 0;
        if (!atomic_compare_exchange_strong(&table[i].number, &none, fd + 1))
            continue;
        atomic_store(&table[i].is_waiting, false);
        atomic_fetch_add(&sw_netlink_watched, 1);
        return;
    }
}

bool sw_netlink_sending(int fd, const struct msghdr *message, int flags, ssize_t *result) {
    struct watched *watched = find(fd);
    struct sw_place place;
    if (watched == NULL || message->msg_iovlen < 1 || !sw_place_now(&place))
        return false;
    unsigned char request[256];
    size_t length = 0, whole = 0;
    for (size_t i = 0; i < (size_t)message->msg_iovlen; i++) {
        size_t size = message->msg_iov[i].iov_len, room = sizeof request - length, taken = size < room ? size : room;
        memcpy(request + length, message->msg_iov[i].iov_base, taken);
        length += taken;
        whole += size;
    }
    struct sw_netlink_question question;
    if (!sw_netlink_read_question(request, length, &question))
        return false;
    watched->question = question;
    atomic_store(&watched->is_waiting, true);
    struct nlmsghdr nothing = {.nlmsg_len = sizeof nothing, .nlmsg_type = NLMSG_NOOP, .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
                               .nlmsg_seq = question.sequence};
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    ssize_t sent = sw_real.sendto(fd, &nothing, sizeof nothing, flags, (struct sockaddr *)&kernel, sizeof kernel);
    *result = sent < 0 ? sent : (ssize_t)whole;
    return true;
}

/* Whether the acknowledgement of the request that does nothing is what comes next. -1 with errno when nothing has come. */
static int is_next(int fd, const struct sw_netlink_question *question, int flags) {
    struct {
        struct nlmsghdr header;
        struct nlmsgerr error;
    } acknowledgement;
    ssize_t length = sw_real.recv(fd, &acknowledgement, sizeof acknowledgement, MSG_PEEK | (flags & MSG_DONTWAIT));
    if (length < 0)
        return -1;
    return length >= (ssize_t)sizeof acknowledgement.header && acknowledgement.header.nlmsg_type == NLMSG_ERROR &&
           acknowledgement.header.nlmsg_seq == question->sequence;
}

static uint32_t port_of(int fd) {
    struct sockaddr_nl own = {0};
    socklen_t length = sizeof own;
    sw_real.getsockname(fd, (struct sockaddr *)&own, &length);
    return own.nl_pid;
}

bool sw_netlink_receiving(int fd, struct msghdr *message, int flags, ssize_t *result) {
    struct watched *watched = find(fd);
    struct sw_place place;
    if (watched == NULL || !atomic_load(&watched->is_waiting) || !sw_place_now(&place))
        return false;
    int next = is_next(fd, &watched->question, flags);
    if (next <= 0) {
        *result = -1;
        return next < 0;
    }
    unsigned char answer[SW_NETLINK_ANSWER_SIZE];
    size_t length = sw_netlink_answer(&place, &watched->question, port_of(fd), answer);
    size_t given = sw_parts_scatter(message, answer, length);
    if (message->msg_name != NULL) {
        struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
        memcpy(message->msg_name, &kernel, message->msg_namelen < sizeof kernel ? message->msg_namelen : sizeof kernel);
        message->msg_namelen = sizeof kernel;
    }
    message->msg_controllen = 0;
    message->msg_flags = given < length ? MSG_TRUNC : 0;
    if ((flags & MSG_PEEK) == 0) {
        atomic_store(&watched->is_waiting, false);
        sw_real.recv(fd, &(char){0}, 1, MSG_DONTWAIT);
    }
    *result = (ssize_t)((flags & MSG_TRUNC) != 0 ? length : given);
    return true;
}
