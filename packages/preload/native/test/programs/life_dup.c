/* life_dup.c: descriptors that share a socket. */
#include "harness.h"

static void same_socket(int copy, int original) {
    NAMES(copy);
    CALL(set_int(copy, IPPROTO_TCP, TCP_NODELAY, 1));
    OPTION(original, IPPROTO_TCP, TCP_NODELAY);
    CALL(set_int(copy, IPPROTO_TCP, TCP_NODELAY, 0));
    say("descriptor flags %d", fcntl(copy, F_GETFD));
}

int main(void) {
    struct pair pair = tcp_pair(AF_INET);
    int copies[6];
    copies[0] = (int)CALL(dup(pair.client));
    copies[1] = (int)CALL(dup2(pair.client, 50));
    copies[2] = (int)CALL(dup3(pair.client, 51, O_CLOEXEC));
    copies[3] = (int)CALL(fcntl(pair.client, F_DUPFD, 60));
    copies[4] = (int)CALL(fcntl(pair.client, F_DUPFD_CLOEXEC, 60));
    copies[5] = (int)CALL(dup2(pair.client, pair.client));
    for (int i = 0; i < 6; i++)
        same_socket(copies[i], pair.client);
    CALL(dup3(pair.client, pair.client, 0));
    CALL(dup3(pair.client, 52, 0x1234));
    CALL(dup2(-1, 52));
    CALL(dup2(pair.client, -1));
    CALL(dup(-1));
    CALL(fcntl(pair.client, F_DUPFD, -1));

    say("open until the last one is closed");
    CALL(write(copies[4], "one", 3));
    READ(pair.server, 10);
    for (int i = 0; i < 4; i++)
        CALL(close(copies[i]));
    CALL(close(pair.client));
    CALL(write(copies[4], "two", 3));
    READ(pair.server, 10);
    NAMES(copies[4]);
    CALL(recv(pair.server, &(char){0}, 1, MSG_DONTWAIT));
    CALL(close(copies[4]));
    READ(pair.server, 10);
    int unbound = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    int copy = (int)MUST(dup(unbound));
    MUST(bind(copy, AT4("127.0.0.1", 7000)));
    MUST(listen(unbound, 1));
    MUST(close(unbound));
    NAMES(copy);
    CALL(connect((int)MUST(socket(AF_INET, SOCK_STREAM, 0)), AT4("127.0.0.1", 7000)));
}
