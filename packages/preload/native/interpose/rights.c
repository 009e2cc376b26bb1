#include "interpose/rights.h"

#include "state/fd_table.h"

#include <string.h>

static void each_descriptor(const struct msghdr *message, void (*visit)(int fd)) {
    if (message == NULL || message->msg_control == NULL || message->msg_controllen < sizeof(struct cmsghdr) || !sw_network_any())
        return;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header != NULL; header = CMSG_NXTHDR((struct msghdr *)message, header)) {
        const char *end = (const char *)message->msg_control + message->msg_controllen;
        if (header->cmsg_len < CMSG_LEN(0) || (const char *)header + header->cmsg_len > end)
            return;
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
