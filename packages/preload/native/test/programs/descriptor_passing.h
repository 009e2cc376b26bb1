/* descriptor_passing.h: SCM_RIGHTS. */
#ifndef DESCRIPTOR_PASSING_H
#define DESCRIPTOR_PASSING_H

#include "harness.h"

enum { MOST_DESCRIPTORS = 253 };

/* The kernel's answer to a message of one byte and `count` descriptors. */
static ssize_t pass(int through, const int *fds, int count) {
    union {
        char room[CMSG_SPACE(sizeof(int) * (MOST_DESCRIPTORS + 1))];
        struct cmsghdr align;
    } control = {.room = {0}};
    char byte = 'f';
    struct iovec part = {&byte, 1};
    size_t size = sizeof(int) * (size_t)count;
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.room, .msg_controllen = CMSG_SPACE(size)};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(size);
    memcpy(CMSG_DATA(header), fds, size);
    return sendmsg(through, &message, 0);
}

/* Receives a message with room for `most` descriptors, and gives back how many came. */
__attribute__((unused)) static int receive(int through, int *fds, int most) {
    union {
        char room[CMSG_SPACE(sizeof(int) * MOST_DESCRIPTORS)];
        struct cmsghdr align;
    } control;
    char byte;
    struct iovec part = {&byte, 1};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.room,
                             .msg_controllen = CMSG_LEN(sizeof(int) * (size_t)most)};
    MUST(recvmsg(through, &message, 0));
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    int count = header == NULL ? 0 : (int)((header->cmsg_len - CMSG_LEN(0)) / sizeof(int));
    say("%d descriptors%s", count, (message.msg_flags & MSG_CTRUNC) != 0 ? ", truncated" : "");
    if (header != NULL)
        memcpy(fds, CMSG_DATA(header), sizeof(int) * (size_t)count);
    return count;
}

#endif
