/* life_many.c: 20,000 sockets at once, or as many as the machine's limit of open files lets a program have. */
#include "harness.h"
#include <sys/resource.h>

enum { MOST_SOCKETS = 20000, OTHER_FILES = 100 };

int main(void) {
    struct rlimit limit;
    MUST(getrlimit(RLIMIT_NOFILE, &limit));
    limit.rlim_cur = limit.rlim_max < MOST_SOCKETS + OTHER_FILES ? limit.rlim_max : MOST_SOCKETS + OTHER_FILES;
    MUST(setrlimit(RLIMIT_NOFILE, &limit));
    /* Even, so that the last one is a UDP socket. */
    int count = (int)(limit.rlim_cur - OTHER_FILES) / 20 * 20;
    static int fds[MOST_SOCKETS];
    for (int i = 0; i < count; i++) {
        fds[i] = (int)MUST(socket(AF_INET, i % 2 == 0 ? SOCK_STREAM : SOCK_DGRAM, 0));
        if (i % 10 == 0)
            MUST(bind(fds[i], AT4("127.0.0.1", 0)));
    }
    NAMES(fds[0]);
    NAMES(fds[count - 10]);
    NAMES(fds[count - 1]);
    OPTION(fds[count - 1], SOL_SOCKET, SO_TYPE);
    MUST(listen(fds[count - 10], 5));
    CALL(connect(fds[count - 2], AT4("127.0.0.1", port_of(fds[count - 10]))));
    TRY(accept(fds[count - 10], NULL, NULL));
    for (int i = 0; i < count; i++)
        MUST(close(fds[i]));

    say("no descriptor left");
    limit.rlim_cur = 3;
    MUST(setrlimit(RLIMIT_NOFILE, &limit));
    CALL(socket(AF_INET, SOCK_STREAM, 0));
}
