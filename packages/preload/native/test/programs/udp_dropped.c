/* udp_dropped.c: how many datagrams found no room, as SO_RXQ_OVFL and /proc/net/udp tell. */
#include "harness.h"

enum { SENT = 300, SIZE = 1000, PORT = 7000 };

static int receiver, sender;

static void send_many(int count) {
    static char datagram[SIZE];
    for (int i = 0; i < count; i++)
        MUST(sendto(sender, datagram, sizeof datagram, 0, LOCAL(AF_INET, PORT)));
}

/* The count that the next datagram carries; 0 without. -1 when none waits. */
static int next_count(int flags) {
    char byte;
    _Alignas(struct cmsghdr) char control[256];
    struct msghdr message = {.msg_iov = &(struct iovec){&byte, 1}, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    if (recvmsg(receiver, &message, flags | MSG_DONTWAIT) < 0)
        return -1;
    uint32_t count = 0;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header != NULL; header = CMSG_NXTHDR(&message, header))
        if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SO_RXQ_OVFL)
            memcpy(&count, CMSG_DATA(header), sizeof count);
    return (int)count;
}

/* The last column of the socket's line. */
static int listed(void) {
    char line[512];
    int dropped = -1;
    FILE *file = fopen("/proc/net/udp", "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        unsigned port;
        int found;
        if (sscanf(line, "%*s %*8[0-9A-F]:%X %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %d", &port, &found) == 2 && port == PORT)
            dropped = found;
    }
    if (file != NULL)
        fclose(file);
    return dropped;
}

int main(void) {
    receiver = udp_on(AF_INET, PORT);
    sender = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    CALL(set_int(receiver, SOL_SOCKET, SO_RXQ_OVFL, 1));
    MUST(set_int(receiver, SOL_SOCKET, SO_RCVBUF, 20000));
    send_many(1);
    say("before: %d", next_count(0));
    send_many(SENT);
    int got = 0, told = 0, count;
    say("a look at the first: %d", next_count(MSG_PEEK));
    while ((count = next_count(0)) >= 0) {
        got++;
        told += count > 0;
    }
    say("some are lost: %d, and what came in front of them tells of none: %d", got < SENT, told);
    send_many(2);
    settle(receiver, POLLIN);
    say("the next tells of all: %d", next_count(MSG_PEEK) == SENT - got);
    say("and again: %d, %d", next_count(0) == SENT - got, next_count(0) == SENT - got);
    say("the list as well: %d", listed() == SENT - got);
    CALL(set_int(receiver, SOL_SOCKET, SO_RXQ_OVFL, 0));
    send_many(1);
    settle(receiver, POLLIN);
    say("not asked for: %d", next_count(0));
}
