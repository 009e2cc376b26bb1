#include "listing/socket_diag.h"

#include "base/config.h"
#include "base/netlink_message.h"
#include "listing/diag_filter.h"
#include "listing/sockets.h"
#include "listing/stand_ins.h"
#include "sockets/options.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

/* Newer than some headers. */
enum { ATTRIBUTE_PROTOCOL = 3, ATTRIBUTE_V6ONLY = 11, DESTROY = 21 };

struct question {
    struct inet_diag_req_v2 request;
    const unsigned char *filter;
    size_t filter_size;
    uint16_t answer_type;
};

/* The request as programs sent it before SOCK_DIAG_BY_FAMILY: the protocol was the message's type. */
static bool read_old_request(uint16_t type, const unsigned char *body, size_t size, struct question *question) {
    struct inet_diag_req old;
    if (type != TCPDIAG_GETSOCK || size < sizeof old)
        return false;
    memcpy(&old, body, sizeof old);
    question->request = (struct inet_diag_req_v2){.sdiag_family = old.idiag_family, .sdiag_protocol = IPPROTO_TCP, .idiag_ext = old.idiag_ext,
                                                  .idiag_states = old.idiag_states, .id = old.id};
    question->answer_type = TCPDIAG_GETSOCK;
    return true;
}

static bool read_question(const struct nlmsghdr *header, const unsigned char *body, size_t size, struct question *question) {
    memset(question, 0, sizeof *question);
    size_t position = NLMSG_ALIGN(sizeof(struct inet_diag_req)), length;
    if (!read_old_request(header->nlmsg_type, body, size, question)) {
        if ((header->nlmsg_type != SOCK_DIAG_BY_FAMILY && header->nlmsg_type != DESTROY) || size < sizeof question->request)
            return false;
        memcpy(&question->request, body, sizeof question->request);
        question->answer_type = SOCK_DIAG_BY_FAMILY;
        position = NLMSG_ALIGN(sizeof question->request);
    }
    uint16_t type;
    const void *data;
    while ((data = sw_netlink_next(body, size, &position, &type, &length)) != NULL) {
        if (type == INET_DIAG_REQ_BYTECODE) {
            question->filter = data;
            question->filter_size = length;
        } else if (type == ATTRIBUTE_PROTOCOL && length >= sizeof(uint32_t)) {
            /* For protocols beyond 255, such as MPTCP. */
            uint32_t protocol;
            memcpy(&protocol, data, sizeof protocol);
            question->request.sdiag_protocol = protocol > UINT8_MAX ? IPPROTO_RAW : (uint8_t)protocol;
        }
    }
    return question->request.sdiag_family == AF_INET || question->request.sdiag_family == AF_INET6;
}

static int protocol_of(const struct sw_listed_socket *row) {
    static const int PROTOCOLS[] = {[SW_TCP] = IPPROTO_TCP, [SW_UDP] = IPPROTO_UDP, [SW_UDPLITE] = IPPROTO_UDPLITE};
    return PROTOCOLS[row->transport];
}

static void write_socket(struct sw_netlink_writer *writer, const struct question *question, const struct sw_listed_socket *row) {
    struct inet_diag_msg message = {
        .idiag_family = row->family,
        .idiag_state = row->state,
        .id = {.idiag_sport = htons(row->local.port), .idiag_dport = htons(row->peer.port), .idiag_if = row->interface_index,
               .idiag_cookie = {(uint32_t)row->cookie, (uint32_t)(row->cookie >> 32)}},
        .idiag_rqueue = row->receive_queue,
        .idiag_wqueue = row->send_queue,
        .idiag_uid = row->uid,
        .idiag_inode = (uint32_t)row->inode,
    };
    memcpy(message.id.idiag_src, row->local.address, sizeof row->local.address);
    memcpy(message.id.idiag_dst, row->peer.address, sizeof row->peer.address);
    uint8_t v6only = row->is_v6only;
    unsigned wanted = question->request.idiag_ext;
    sw_netlink_begin(writer, question->answer_type, &message, sizeof message);
    sw_netlink_attribute(writer, INET_DIAG_SHUTDOWN, &row->shutdown, sizeof row->shutdown);
    if ((wanted & 1 << (INET_DIAG_TOS - 1)) != 0)
        sw_netlink_attribute(writer, INET_DIAG_TOS, &row->tos, sizeof row->tos);
    if (row->family == AF_INET6) {
        if ((wanted & 1 << (INET_DIAG_TCLASS - 1)) != 0)
            sw_netlink_attribute(writer, INET_DIAG_TCLASS, &row->tclass, sizeof row->tclass);
        if (row->state == TCP_LISTEN || row->state == TCP_CLOSE)
            sw_netlink_attribute(writer, ATTRIBUTE_V6ONLY, &v6only, sizeof v6only);
    }
    if (row->transport != SW_TCP)
        return;
    if ((wanted & 1 << (INET_DIAG_INFO - 1)) != 0) {
        unsigned char info[SW_TCP_INFO_SIZE];
        sw_tcp_info_of(&row->tcp, info);
        sw_netlink_attribute(writer, INET_DIAG_INFO, info, sizeof info);
    }
    if ((wanted & 1 << (INET_DIAG_CONG - 1)) != 0) {
        const char *name = sw_congestion_name(row->congestion);
        sw_netlink_attribute(writer, INET_DIAG_CONG, name, strlen(name) + 1);
    }
}

static bool is_asked_for(const struct question *question, const struct sw_listed_socket *row) {
    const struct inet_diag_sockid *id = &question->request.id;
    return row->family == question->request.sdiag_family && protocol_of(row) == question->request.sdiag_protocol &&
           (question->request.idiag_states >> row->state & 1) != 0 && (id->idiag_sport == 0 || id->idiag_sport == htons(row->local.port)) &&
           (id->idiag_dport == 0 || id->idiag_dport == htons(row->peer.port)) &&
           (question->filter == NULL || sw_diag_filter_wants(question->filter, question->filter_size, row));
}

static bool has_address(const uint32_t wanted[4], const struct sw_listed_end *end, uint16_t port, int family) {
    return port == htons(end->port) && memcmp(wanted, end->address, family == AF_INET ? 4 : 16) == 0;
}

/* The one socket between two endpoints: a connection, or whoever would get one there. A request names the two as the socket itself does. */
static const struct sw_listed_socket *find_one(const struct question *question, const struct sw_growing *rows) {
    static const uint8_t ZEROS[16];
    const struct inet_diag_sockid *id = &question->request.id;
    const struct sw_listed_socket *row, *best = NULL;
    for (size_t i = 0; (row = sw_listed_at(rows, i)) != NULL; i++) {
        if (row->family != question->request.sdiag_family || protocol_of(row) != question->request.sdiag_protocol)
            continue;
        bool is_connected = row->peer.port != 0;
        bool is_wildcard = memcmp(row->local.address, ZEROS, sizeof ZEROS) == 0;
        if (is_connected && has_address(id->idiag_src, &row->local, id->idiag_sport, row->family) &&
            has_address(id->idiag_dst, &row->peer, id->idiag_dport, row->family))
            return row;
        if (!is_connected && id->idiag_sport == htons(row->local.port) &&
            (has_address(id->idiag_src, &row->local, id->idiag_sport, row->family) || (is_wildcard && best == NULL)))
            best = row;
    }
    return best;
}

static void answer_one(struct sw_netlink_writer *writer, const struct nlmsghdr *header, const struct question *question,
                       const struct sw_growing *rows) {
    const uint32_t *cookie = question->request.id.idiag_cookie;
    const struct sw_listed_socket *found = find_one(question, rows);
    bool has_cookie = cookie[0] != INET_DIAG_NOCOOKIE || cookie[1] != INET_DIAG_NOCOOKIE;
    if (found == NULL || (has_cookie && ((uint64_t)cookie[1] << 32 | cookie[0]) != found->cookie))
        sw_netlink_failed(writer, -ENOENT, header);
    else
        write_socket(writer, question, found);
}

bool sw_socket_diag_answer(const void *request, size_t size, uint32_t port, struct sw_growing *answer) {
    struct nlmsghdr header;
    struct question question;
    if (size < sizeof header)
        return false;
    memcpy(&header, request, sizeof header);
    if (!read_question(&header, (const unsigned char *)request + sizeof header, size - sizeof header, &question))
        return false;
    bool is_list = (header.nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
    struct sw_netlink_writer writer = {.bytes = answer, .flags = is_list ? NLM_F_MULTI : 0, .sequence = header.nlmsg_seq, .port = port};
    if (header.nlmsg_type == DESTROY) {
        /* As without CAP_NET_ADMIN. The machine's kernel would look among its own sockets. */
        sw_netlink_failed(&writer, -EPERM, &header);
        return true;
    }
    if (question.filter != NULL && !sw_diag_filter_is_valid(question.filter, question.filter_size)) {
        sw_netlink_failed(&writer, -EINVAL, &header);
        return true;
    }
    struct sw_growing rows = SW_GROWING_NEW;
    struct sw_network *network;
    if (sw_network_current(&network) == 0 && network != NULL)
        sw_list_sockets(network, (unsigned)sw_config_interface(), &rows);
    const struct sw_listed_socket *row;
    if (!is_list) {
        answer_one(&writer, &header, &question, &rows);
    } else {
        for (size_t i = 0; (row = sw_listed_at(&rows, i)) != NULL; i++)
            if (is_asked_for(&question, row))
                write_socket(&writer, &question, row);
        sw_netlink_done(&writer);
    }
    sw_growing_end(&rows);
    return true;
}

/* The Unix socket that a message tells of; 0 when it tells of none. */
static uint64_t unix_inode_of(const unsigned char *message, const struct nlmsghdr *header) {
    struct unix_diag_msg body;
    if (header->nlmsg_type != SOCK_DIAG_BY_FAMILY || header->nlmsg_len < NLMSG_HDRLEN + sizeof body)
        return 0;
    memcpy(&body, message + NLMSG_HDRLEN, sizeof body);
    return body.udiag_family == AF_UNIX ? body.udiag_ino : 0;
}

size_t sw_socket_diag_without_stand_ins(unsigned char *messages, size_t length) {
    struct nlmsghdr header;
    size_t kept = 0;
    struct sw_stand_ins stand_ins = {.inodes = SW_GROWING_NEW};
    bool is_read = false;
    for (size_t at = 0; at < length && length - at >= sizeof header;) {
        memcpy(&header, messages + at, sizeof header);
        if (header.nlmsg_len < sizeof header || header.nlmsg_len > length - at)
            break;
        size_t size = NLMSG_ALIGN(header.nlmsg_len) < length - at ? NLMSG_ALIGN(header.nlmsg_len) : length - at;
        uint64_t inode = unix_inode_of(messages + at, &header);
        if (inode != 0 && !is_read) {
            is_read = true;
            sw_stand_ins_read(&stand_ins);
        }
        if (inode == 0 || !sw_stand_ins_have(&stand_ins, inode)) {
            memmove(messages + kept, messages + at, size);
            kept += size;
        }
        at += size;
    }
    sw_stand_ins_end(&stand_ins);
    return kept;
}
