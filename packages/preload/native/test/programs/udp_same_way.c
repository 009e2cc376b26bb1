/* udp_same_way.c: datagrams that go where others went before, until something on the way changes. */
#include "harness.h"

static int sender;

static void send_to(int port, const char *text) {
    if (sendto(sender, text, strlen(text), 0, AT4("127.0.0.1", port)) < 0)
        say("%s is not sent: %s", text, error_name(errno));
}

/* Three in a row: the later ones know the way. */
static void send_three(int port) {
    send_to(port, "one");
    send_to(port, "two");
    send_to(port, "three");
}

static void show_all(const char *who, int fd) {
    char text[100];
    struct sockaddr_in from;
    socklen_t length = sizeof from;
    ssize_t size;
    say("%s:", who);
    while ((size = recvfrom(fd, text, sizeof text, MSG_DONTWAIT, (struct sockaddr *)&from, &length)) >= 0)
        say("  %.*s from %s", (int)size, text, address_text(&from, length));
}

static int reusing_udp(const char *ip, int port) {
    int fd = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    MUST(set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1));
    MUST(bind(fd, AT4(ip, port)));
    return fd;
}

static void receiver_goes_and_another_comes(void) {
    int first = udp_on(AF_INET, 7000);
    send_three(7000);
    show_all("first", first);
    close(first);
    send_three(7000);
    int second = udp_on(AF_INET, 7000);
    send_three(7000);
    show_all("second", second);
    close(second);
}

static void receiver_listens_to_somebody_else(void) {
    int receiver = udp_on(AF_INET, 7000), other = udp_on(AF_INET, 7001);
    send_three(7000);
    MUST(connect(receiver, AT4("127.0.0.1", 7001)));
    send_three(7000);
    struct sockaddr nobody = {.sa_family = AF_UNSPEC};
    MUST(connect(receiver, &nobody, sizeof nobody));
    MUST(close(receiver));
    receiver = udp_on(AF_INET, 7000);
    send_three(7000);
    show_all("receiver", receiver);
    close(receiver);
    close(other);
}

static void a_better_receiver_comes_and_goes(void) {
    int all = reusing_udp("0.0.0.0", 7000);
    send_three(7000);
    int specific = reusing_udp("127.0.0.1", 7000);
    send_three(7000);
    close(specific);
    send_to(7000, "again");
    show_all("all", all);
    close(all);
}

static void sender_gets_another_address(void) {
    int receiver = udp_on(AF_INET, 7000);
    send_three(7000);
    MUST(connect(sender, AT4("127.0.0.1", 7000)));
    send_three(7000);
    for (int i = 0; i < 3; i++)
        CALL(send(sender, "to its peer", 11, 0));
    MUST(connect(sender, AT4("127.0.0.1", 7001)));
    send_to(7000, "past its peer");
    for (int i = 0; i < 2; i++)
        CALL(send(sender, "to nobody", 9, 0));
    CALL(send(sender, "to nobody", 9, 0));
    MUST(close(sender));
    sender = udp_on(AF_INET, 7002);
    send_three(7000);
    show_all("receiver", receiver);
    close(receiver);
}

static void show_tos(int fd) {
    char text[10], room[CMSG_SPACE(sizeof(int))];
    struct iovec part = {text, sizeof text};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
    while (recvmsg(fd, &message, MSG_DONTWAIT) >= 0) {
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        say("  TOS %d", header == NULL ? -1 : *CMSG_DATA(header));
        message.msg_controllen = sizeof room;
    }
}

static void sender_sets_options(void) {
    int receiver = udp_on(AF_INET, 7000);
    MUST(set_int(receiver, IPPROTO_IP, IP_RECVTOS, 1));
    send_three(7000);
    show_tos(receiver);
    MUST(set_int(sender, IPPROTO_IP, IP_TOS, 16));
    send_three(7000);
    show_tos(receiver);
    close(receiver);
}

static void sends_in_a_child(void *argument) {
    (void)argument;
    send_three(7000);
}

static void a_child_goes_the_same_way(void) {
    int receiver = udp_on(AF_INET, 7000);
    send_three(7000);
    finish(in_child(sends_in_a_child, NULL));
    show_all("receiver", receiver);
    close(receiver);
}

static void more_ways_than_one_remembers(void) {
    enum { RECEIVERS = 9 };
    int receivers[RECEIVERS];
    for (int i = 0; i < RECEIVERS; i++)
        receivers[i] = udp_on(AF_INET, 7100 + i);
    for (int round = 0; round < 3; round++)
        for (int i = 0; i < RECEIVERS; i++)
            send_to(7100 + i, round == 0 ? "one" : round == 1 ? "two" : "three");
    for (int i = 0; i < RECEIVERS; i++) {
        show_all("receiver", receivers[i]);
        close(receivers[i]);
    }
}

static void full_receivers_lose_datagrams(void) {
    int receiver = udp_on(AF_INET, 7000);
    int sent = 0;
    static char data[60000];
    for (int i = 0; i < 100; i++)
        sent += sendto(sender, data, sizeof data, 0, AT4("127.0.0.1", 7000)) == (ssize_t)sizeof data;
    say("%d were sent", sent);
    while (recv(receiver, data, sizeof data, MSG_DONTWAIT) > 0)
        continue;
    send_three(7000);
    show_all("receiver", receiver);
    close(receiver);
}

int main(void) {
    sender = udp_on(AF_INET, 7010);
    receiver_goes_and_another_comes();
    receiver_listens_to_somebody_else();
    a_better_receiver_comes_and_goes();
    sender_gets_another_address();
    sender_sets_options();
    a_child_goes_the_same_way();
    more_ways_than_one_remembers();
    full_receivers_lose_datagrams();
}
