#include "interpose/rights.h"

#include "base/memory.h"
#include "sockets/control.h"
#include "state/fd_table.h"

#include <string.h>

static void each_descriptor(const struct msghdr *message, void (*visit)(int fd)) {
    struct cmsghdr *header = NULL;
    if (!sw_network_any() || (message->msg_control != NULL && !sw_is_readable(message->msg_control, message->msg_controllen)))
        return;
    while (sw_control_next(message, &header) > 0) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
            continue;
        size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < count; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(header) + i * sizeof fd, sizeof fd);
            visit(fd);
        }
    }
}

static void note_holder(int fd) {
    struct sw_socket socket;
    if (sw_fd_socket(fd, &socket))
        sw_record_set(socket.record, SW_SHARED);
}

void sw_rights_sending(const struct msghdr *message) {
    each_descriptor(message, note_holder);
}

void sw_rights_received(const struct msghdr *message) {
    each_descriptor(message, note_holder);
}
