/* life_passing_exec.c: a received socket goes on into another program. */
#include "descriptor_passing.h"

int main(int argc, char **argv) {
    if (argc == 2) {
        int fd = atoi(argv[1]);
        NAMES(fd);
        READ(fd, 100);
        CALL(write(fd, "from the program", 16));
        return 0;
    }
    int ends[2];
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
    struct pair pair = tcp_pair(AF_INET);
    pid_t child = (pid_t)MUST(fork());
    if (child == 0) {
        close(pair.server);
        int fd;
        receive(ends[1], &fd, 1);
        char text[12];
        snprintf(text, sizeof text, "%d", fd);
        execl(argv[0], argv[0], text, NULL);
        _exit(1);
    }
    MUST(pass(ends[0], &pair.server, 1));
    MUST(close(pair.server));
    MUST(write(pair.client, "to the program", 14));
    finish(child);
    READ(pair.client, 100);
    READ(pair.client, 100);
}
