/* listen_group_member_closes.c: SO_REUSEPORT groups, one of whose members goes. */
#include "harness.h"

static int member(int type, int port) {
    int fd = (int)MUST(socket(AF_INET, type, 0));
    MUST(set_int(fd, SOL_SOCKET, SO_REUSEPORT, 1));
    MUST(bind(fd, AT4("127.0.0.1", port)));
    if (type == SOCK_STREAM)
        MUST(listen(fd, 50));
    return fd;
}

int main(void) {
    signal(SIGPIPE, SIG_IGN);
    int one = member(SOCK_STREAM, 7000), two = member(SOCK_STREAM, 7000);
    int clients[32];
    for (int i = 0; i < 32; i++) {
        clients[i] = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
        MUST(connect(clients[i], AT4("127.0.0.1", 7000)));
    }
    MUST(fcntl(two, F_SETFL, O_NONBLOCK));
    MUST(close(one));
    int accepted[32], waiting = 0, reset = 0, alive = 0, fd;
    while ((fd = accept(two, NULL, NULL)) >= 0)
        accepted[waiting++] = fd;
    for (int i = 0; i < 32; i++) {
        struct pollfd state = {.fd = clients[i], .events = POLLIN};
        char byte;
        if (poll(&state, 1, 0) == 0)
            alive++;
        else if (read(clients[i], &byte, 1) < 0 && errno == ECONNRESET)
            reset++;
    }
    say("%d, both had some %d", alive + reset, alive > 0 && reset > 0 && alive == waiting);
    while (waiting > 0)
        close(accepted[--waiting]);
    for (int i = 0; i < 8; i++) {
        int client = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
        MUST(connect(client, AT4("127.0.0.1", 7000)));
    }
    waiting = 0;
    while (accept(two, NULL, NULL) >= 0)
        waiting++;
    say("%d of 8", waiting);
    MUST(close(two));
    int client = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    CALL(connect(client, AT4("127.0.0.1", 7000)));

    say("datagrams");
    int a = member(SOCK_DGRAM, 7001), b = member(SOCK_DGRAM, 7001);
    int at_a = 0, at_b = 0;
    for (int i = 0; i < 64; i++) {
        int from = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
        MUST(sendto(from, "x", 1, 0, AT4("127.0.0.1", 7001)));
        close(from);
    }
    char byte;
    while (recv(a, &byte, 1, MSG_DONTWAIT) == 1)
        at_a++;
    while (recv(b, &byte, 1, MSG_DONTWAIT) == 1)
        at_b++;
    say("%d, both some %d", at_a + at_b, at_a > 0 && at_b > 0);
    int from = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    for (int i = 0; i < 10; i++)
        MUST(sendto(from, "x", 1, 0, AT4("127.0.0.1", 7001)));
    at_a = at_b = 0;
    while (recv(a, &byte, 1, MSG_DONTWAIT) == 1)
        at_a++;
    while (recv(b, &byte, 1, MSG_DONTWAIT) == 1)
        at_b++;
    say("one sender's go to one: %d", at_a == 10 || at_b == 10);
    close(at_a == 10 ? a : b);
    for (int i = 0; i < 10; i++)
        MUST(sendto(from, "x", 1, 0, AT4("127.0.0.1", 7001)));
    int left = at_a == 10 ? b : a, count = 0;
    while (recv(left, &byte, 1, MSG_DONTWAIT) == 1)
        count++;
    say("%d of 10", count);
    int third = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
    CALL(bind(third, AT4("127.0.0.1", 7001)));
}
