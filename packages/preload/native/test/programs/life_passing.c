/* life_passing.c: 1, 16 and 253 descriptors of all kinds in one message. */
#include "descriptor_passing.h"

/* Descriptors in the range that belongs to the program. */
static int open_descriptors(void) {
    int count = 0;
    for (int fd = 0; fd < 512; fd++)
        count += fcntl(fd, F_GETFD) != -1;
    return count;
}

static void pass_many(int count) {
    int ends[2];
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
    int before = open_descriptors();
    struct pair tcp = tcp_pair(AF_INET);
    int listener = listener_on(AF_INET6, 7000 + count);
    int udp = udp_on(AF_INET, 7500);
    int file = (int)MUST(open("/dev/null", O_RDWR));
    int kinds[] = {tcp.client, listener, udp, file};
    int fds[MOST_DESCRIPTORS + 1];
    for (int i = 0; i < count; i++)
        fds[i] = kinds[i % 4];
    CALL(pass(ends[0], fds, count));
    if (count > MOST_DESCRIPTORS)
        return;
    MUST(close(tcp.client));
    MUST(close(listener));
    MUST(close(udp));
    MUST(close(file));

    int received[MOST_DESCRIPTORS] = {0};
    int number = receive(ends[1], received, MOST_DESCRIPTORS);
    for (int i = 0; i < 4 && i < number; i++)
        NAMES(received[i]);
    NAMES(received[number - 1]);
    CALL(write(received[0], "through a passed one", 20));
    READ(tcp.server, 100);
    if (number > 1) {
        int client = (int)MUST(socket(AF_INET6, SOCK_STREAM, 0));
        CALL(connect(client, AT6("::1", 7000 + count)));
        CALL(close((int)TRY(accept(received[1], NULL, NULL))));
        CALL(close(client));
    }
    for (int i = 0; i < number; i++)
        MUST(close(received[i]));
    READ(tcp.server, 10);
    MUST(close(tcp.server));
    say("%d descriptors left over", open_descriptors() - before);
    CALL(connect((int)MUST(socket(AF_INET6, SOCK_STREAM, 0)), AT6("::1", 7000 + count)));
}

int main(void) {
    pass_many(1);
    pass_many(16);
    pass_many(253);
    pass_many(254);
}
