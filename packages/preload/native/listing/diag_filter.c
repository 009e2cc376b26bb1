#include "listing/diag_filter.h"

#include <linux/inet_diag.h>
#include <netinet/in.h>
#include <string.h>

/* Newer than some headers. */
enum { OP_MARK_COND = 10, OP_S_EQ = 11, OP_D_EQ = 12, OP_CGROUP_COND = 13, OP_SIZE = sizeof(struct inet_diag_bc_op), MARK_SIZE = 8, CGROUP_SIZE = 8 };

static struct inet_diag_bc_op read_op(const unsigned char *program, size_t at) {
    struct inet_diag_bc_op op;
    memcpy(&op, program + at, sizeof op);
    return op;
}

/* The bytes of the operation at `at` and of what it is about; 0 for one that does not fit or is not known. */
static size_t size_of(const unsigned char *program, size_t size, size_t at) {
    struct inet_diag_hostcond condition;
    size_t needed = OP_SIZE;
    switch (read_op(program, at).code) {
    case INET_DIAG_BC_NOP:
    case INET_DIAG_BC_JMP:
    case INET_DIAG_BC_AUTO:
        break;
    case INET_DIAG_BC_S_GE:
    case INET_DIAG_BC_S_LE:
    case INET_DIAG_BC_D_GE:
    case INET_DIAG_BC_D_LE:
    case OP_S_EQ:
    case OP_D_EQ:
        needed += OP_SIZE; /* the port is in the `no` of another */
        break;
    case INET_DIAG_BC_S_COND:
    case INET_DIAG_BC_D_COND:
        needed += sizeof condition;
        if (size - at < needed)
            return 0;
        memcpy(&condition, program + at + OP_SIZE, sizeof condition);
        if (condition.family != AF_UNSPEC && condition.family != AF_INET && condition.family != AF_INET6)
            return 0;
        size_t length = condition.family == AF_INET ? 4 : condition.family == AF_INET6 ? 16 : 0;
        if (condition.prefix_len > length * 8)
            return 0;
        needed += length;
        break;
    case INET_DIAG_BC_DEV_COND:
        needed += sizeof(uint32_t);
        break;
    case OP_MARK_COND:
        needed += MARK_SIZE;
        break;
    case OP_CGROUP_COND:
        needed += CGROUP_SIZE;
        break;
    default:
        return 0;
    }
    return size - at < needed ? 0 : needed;
}

/* Whether an operation begins at `target`, or the program ends there. */
static bool is_start(const unsigned char *program, size_t size, size_t target) {
    size_t at = 0;
    while (at < target && at + OP_SIZE <= size) {
        size_t step = read_op(program, at).yes;
        if (step < OP_SIZE)
            return false;
        at += step;
    }
    return at == target;
}

bool sw_diag_filter_is_valid(const unsigned char *program, size_t size) {
    size_t at = 0;
    while (at < size) {
        if (size - at < OP_SIZE)
            return false;
        struct inet_diag_bc_op op = read_op(program, at);
        size_t needed = size_of(program, size, at), left = size - at;
        if (needed == 0 || op.yes < needed || op.yes > left || op.yes % 4 != 0)
            return false;
        /* Four bytes behind the end is where a program rejects. */
        if (op.code != INET_DIAG_BC_NOP &&
            (op.no < needed || op.no > left + 4 || op.no % 4 != 0 || (op.no < left && !is_start(program, size, at + op.no))))
            return false;
        at += op.yes;
    }
    return true;
}

static bool has_prefix(const uint8_t *address, const unsigned char *wanted, unsigned bits) {
    if (memcmp(address, wanted, bits / 8) != 0)
        return false;
    unsigned rest = bits % 8;
    return rest == 0 || ((address[bits / 8] ^ wanted[bits / 8]) & (0xff00 >> rest) & 0xff) == 0;
}

static bool meets(const unsigned char *operand, const struct sw_listed_end *end, int family) {
    static const uint8_t MAPPED[12] = {[10] = 0xff, [11] = 0xff};
    struct inet_diag_hostcond condition;
    memcpy(&condition, operand, sizeof condition);
    const unsigned char *wanted = operand + sizeof condition;
    if (condition.port != -1 && condition.port != end->port)
        return false;
    if (condition.family == AF_INET && family == AF_INET6)
        return memcmp(end->address, MAPPED, sizeof MAPPED) == 0 && has_prefix(end->address + sizeof MAPPED, wanted, condition.prefix_len);
    if (condition.family != AF_UNSPEC && condition.family != family)
        return false;
    return condition.family == AF_UNSPEC || has_prefix(end->address, wanted, condition.prefix_len);
}

static bool holds(unsigned code, const unsigned char *operand, const struct sw_listed_socket *socket) {
    struct inet_diag_bc_op number;
    uint32_t words[2];
    switch (code) {
    case INET_DIAG_BC_JMP:
        return false;
    case INET_DIAG_BC_S_COND:
        return meets(operand, &socket->local, socket->family);
    case INET_DIAG_BC_D_COND:
        return meets(operand, &socket->peer, socket->family);
    case INET_DIAG_BC_AUTO:
        return !socket->is_port_chosen;
    case INET_DIAG_BC_DEV_COND:
        memcpy(words, operand, sizeof *words);
        return words[0] == socket->interface_index;
    case OP_MARK_COND: /* mark and mask; no socket here has a mark */
        memcpy(words, operand, MARK_SIZE);
        return words[0] == 0;
    case OP_CGROUP_COND:
        return false;
    case INET_DIAG_BC_NOP:
        return true;
    default:
        break;
    }
    memcpy(&number, operand, sizeof number);
    switch (code) {
    case INET_DIAG_BC_S_GE:
        return socket->local.port >= number.no;
    case INET_DIAG_BC_S_LE:
        return socket->local.port <= number.no;
    case INET_DIAG_BC_D_GE:
        return socket->peer.port >= number.no;
    case INET_DIAG_BC_D_LE:
        return socket->peer.port <= number.no;
    case OP_S_EQ:
        return socket->local.port == number.no;
    default:
        return socket->peer.port == number.no;
    }
}

bool sw_diag_filter_wants(const unsigned char *program, size_t size, const struct sw_listed_socket *socket) {
    size_t at = 0;
    while (at < size) {
        struct inet_diag_bc_op op = read_op(program, at);
        at += holds(op.code, program + at + OP_SIZE, socket) ? op.yes : op.no;
    }
    return at == size;
}
