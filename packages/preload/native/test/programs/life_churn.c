/* life_churn.c: 100,000 sockets opened and closed leave nothing behind. */
#include "harness.h"

enum { SOCKETS = 100000, CONNECTIONS = 2000 };

int main(void) {
    int first = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    MUST(close(first));
    for (int i = 0; i < SOCKETS; i++) {
        int fd = socket(i % 2 == 0 ? AF_INET : AF_INET6, i % 3 == 0 ? SOCK_DGRAM : SOCK_STREAM, 0);
        if (fd != first || close(fd) != 0) {
            say("socket %d is descriptor %d, %s", i, fd, error_name(errno));
            return 1;
        }
    }
    say("the descriptor was the same each time");
    for (int i = 0; i < 20000; i++) {
        int fd = (int)MUST(socket(AF_INET, SOCK_DGRAM, 0));
        MUST(bind(fd, AT4("127.0.0.1", 7000)));
        MUST(close(fd));
    }
    say("bound and closed");
    int listener = listener_on(AF_INET, 7001);
    for (int i = 0; i < CONNECTIONS; i++) {
        int client = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
        MUST(connect(client, AT4("127.0.0.1", 7001)));
        int server = (int)MUST(accept(listener, NULL, NULL));
        MUST(close(client));
        MUST(close(server));
    }
    say("connected and closed");
    CALL(socket(AF_INET, SOCK_STREAM, 0));
}
