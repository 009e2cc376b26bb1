/* data_timestamps.c: SO_TIMESTAMP and SO_TIMESTAMPNS of a TCP socket: when what was read had come. */
#include "harness.h"

#include <time.h>

/* Receives, and prints the control messages that came along. */
static void receive(int fd, size_t size, int flags, size_t room) {
    union {
        char bytes[256];
        struct cmsghdr alignment;
    } control;
    char data[64];
    struct iovec part = {data, size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = room};
    ssize_t result = recvmsg(fd, &message, flags);
    say("%zd bytes, flags %#x", result, (unsigned)message.msg_flags);
    for (struct cmsghdr *header = result >= 0 ? CMSG_FIRSTHDR(&message) : NULL; header != NULL; header = CMSG_NXTHDR(&message, header)) {
        long long seconds = 0;
        if (header->cmsg_len >= CMSG_LEN(sizeof(struct timespec)) && header->cmsg_level == SOL_SOCKET)
            memcpy(&seconds, CMSG_DATA(header), sizeof(time_t));
        long long ago = (long long)time(NULL) - seconds;
        say("level %d type %d of %zu bytes%s", header->cmsg_level, header->cmsg_type, (size_t)header->cmsg_len,
            seconds == 0 ? "" : ago >= -1 && ago < 60 ? ", of now" : ", of another time");
    }
}

static void with(int option, const char *name) {
    say("-- %s", name);
    struct pair pair = tcp_pair(AF_INET);
    CALL(set_int(pair.server, SOL_SOCKET, option, 1));
    /* The kernel begins to look at the clock a moment after it was asked to. */
    for (char stamps[256]; ;) {
        char byte;
        struct msghdr message = {.msg_iov = &(struct iovec){&byte, 1}, .msg_iovlen = 1, .msg_control = stamps, .msg_controllen = sizeof stamps};
        MUST(write(pair.client, "x", 1));
        MUST(recvmsg(pair.server, &message, 0));
        if (message.msg_controllen > 0)
            break;
    }
    MUST(write(pair.client, "hello", 5));
    settle(pair.server, POLLIN);
    receive(pair.server, 2, MSG_PEEK, 256);
    receive(pair.server, 2, 0, 256);
    receive(pair.server, 1, 0, 4);
    receive(pair.server, 1, 0, 0);
    set_int(pair.server, IPPROTO_TCP, TCP_INQ, 1);
    receive(pair.server, 10, 0, 256);
    set_int(pair.server, IPPROTO_TCP, TCP_INQ, 0);
    receive(pair.server, 10, MSG_DONTWAIT, 256);
    MUST(write(pair.client, "!", 1));
    READ(pair.server, 10);
    MUST(set_int(pair.server, SOL_SOCKET, option, 0));
    MUST(write(pair.client, "off", 3));
    settle(pair.server, POLLIN);
    receive(pair.server, 10, 0, 256);
    MUST(set_int(pair.server, SOL_SOCKET, option, 1));
    MUST(close(pair.client));
    settle(pair.server, POLLIN);
    receive(pair.server, 10, 0, 256);
    MUST(close(pair.server));
}

int main(void) {
    with(SO_TIMESTAMP, "SO_TIMESTAMP");
    with(SO_TIMESTAMPNS, "SO_TIMESTAMPNS");
}
