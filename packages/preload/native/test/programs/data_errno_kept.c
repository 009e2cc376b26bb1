/* data_errno_kept.c: writing that works leaves errno alone, also where nobody is there to read. */
#include "harness.h"

int main(void) {
    struct pair pair = tcp_pair(AF_INET);
    MUST(close(pair.client));
    settle(pair.server, POLLRDHUP);
    errno = 0;
    MUST(write(pair.server, "x", 1));
    say("the first write after the peer's close: errno %s", error_name(errno));

    pair = tcp_pair(AF_INET);
    errno = EDOM;
    MUST(write(pair.server, "x", 1));
    say("a write that is read: errno is %s", errno == EDOM ? "as it was" : "changed");
    return 0;
}
