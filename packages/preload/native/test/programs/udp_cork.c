/* udp_cork.c: one datagram of several writes: MSG_MORE and UDP_CORK. */
#include "harness.h"

#include <netinet/udp.h>

static void show(int receiver) {
    settle(receiver, POLLIN);
    RECVFROM(receiver, 100, MSG_DONTWAIT);
    RECVFROM(receiver, 100, MSG_DONTWAIT);
}

static void show_family(int family) {
    int sender = udp_on(family, 0), receiver = udp_on(family, 7001), other = udp_on(family, 7002);
    int option = 0;
    socklen_t length = sizeof option;

    say("MSG_MORE");
    CALL(sendto(sender, "ab", 2, MSG_MORE, LOCAL(family, 7001)));
    POLL(receiver);
    CALL(sendto(sender, "cd", 2, MSG_MORE, LOCAL(family, 7001)));
    POLL(receiver);
    CALL(sendto(sender, "ef", 2, 0, LOCAL(family, 7001)));
    show(receiver);

    say("the first address counts");
    CALL(sendto(sender, "1", 1, MSG_MORE, LOCAL(family, 7001)));
    CALL(sendto(sender, "2", 1, MSG_MORE, LOCAL(family, 7002)));
    CALL(send(sender, "3", 1, 0));
    show(receiver);
    POLL(other);

    say("nothing more");
    CALL(sendto(sender, "alone", 5, MSG_MORE, LOCAL(family, 7001)));
    CALL(send(sender, "", 0, 0));
    show(receiver);

    say("UDP_CORK");
    CALL(set_int(sender, IPPROTO_UDP, UDP_CORK, 1));
    CALL(sendto(sender, "left", 4, 0, LOCAL(family, 7001)));
    CALL(sendto(sender, "right", 5, 0, LOCAL(family, 7001)));
    POLL(receiver);
    CALL(set_int(sender, IPPROTO_UDP, UDP_CORK, 0));
    show(receiver);
    CALL(getsockopt(sender, IPPROTO_UDP, UDP_CORK, &option, &length));
    CALL(set_int(sender, IPPROTO_UDP, UDP_CORK, 0));
    POLL(receiver);

    say("without an address");
    CALL(send(sender, "x", 1, MSG_MORE));
    CALL(sendto(sender, "x", 1, MSG_MORE, LOCAL(family, 0)));
    POLL(receiver);

    say("too much");
    static char large[65535];
    CALL(sendto(sender, large, 60000, MSG_MORE, LOCAL(family, 7001)));
    CALL(sendto(sender, large, 60000, MSG_MORE, LOCAL(family, 7001)));
    CALL(sendto(sender, "fresh", 5, 0, LOCAL(family, 7001)));
    show(receiver);

    say("connected");
    CALL(connect(sender, LOCAL(family, 7002)));
    CALL(send(sender, "one ", 4, MSG_MORE));
    CALL(send(sender, "datagram", 8, 0));
    show(other);

    say("a copy of the descriptor, in a child");
    CALL(send(sender, "parent ", 7, MSG_MORE));
    pid_t child = fork();
    if (child == 0) {
        MUST(send(sender, "child", 5, 0));
        _exit(0);
    }
    finish(child);
    show(other);

    say("closed before it was sent");
    CALL(send(sender, "lost", 4, MSG_MORE));
    CALL(close(sender));
    POLL(other);
    POLL(receiver);
    MUST(close(receiver));
    MUST(close(other));
}

static void show_segments(void) {
    struct pair pair = udp_pair(AF_INET);
    struct mmsghdr messages[2];
    struct iovec parts[2] = {{"one", 3}, {"two", 3}};
    memset(messages, 0, sizeof messages);
    for (int i = 0; i < 2; i++) {
        messages[i].msg_hdr.msg_iov = &parts[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    say("sendmmsg");
    CALL(sendmmsg(pair.client, messages, 2, MSG_MORE));
    POLL(pair.server);
    CALL(write(pair.client, "three", 5));
    settle(pair.server, POLLIN);
    RECV(pair.server, 100, MSG_DONTWAIT);
    RECV(pair.server, 100, MSG_DONTWAIT);

    say("to a closed port");
    MUST(close(pair.server));
    CALL(send(pair.client, "a", 1, MSG_MORE));
    CALL(send(pair.client, "b", 1, 0));
    settle(pair.client, POLLERR);
    CALL(send(pair.client, "c", 1, MSG_MORE));
    CALL(send(pair.client, "d", 1, 0));

    say("bytes that are none");
    CALL(send(pair.client, (void *)1, 4, MSG_MORE));
    CALL(send(pair.client, "e", 1, MSG_MORE));
    CALL(send(pair.client, (void *)1, 4, MSG_MORE));
}

int main(void) {
    show_family(AF_INET);
    show_family(AF_INET6);
    show_segments();
}
