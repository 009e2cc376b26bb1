/* life_close_range.c: many descriptors closed at once, and closed behind libc's back. */
#include "harness.h"
#include <linux/close_range.h>
#include <sys/syscall.h>

int main(void) {
    struct pair pair = tcp_pair(AF_INET);
    struct pair kept = tcp_pair(AF_INET);
    MUST(dup2(pair.client, 100));
    MUST(close(pair.client));
    CALL(close_range(100, 200, 0));
    READ(pair.server, 10);
    CALL(fcntl(100, F_GETFD));
    CALL(write(kept.client, "kept", 4));
    READ(kept.server, 10);

    say("only marked");
    MUST(dup2(kept.client, 100));
    CALL(close_range(100, 200, CLOSE_RANGE_CLOEXEC));
    say("descriptor flags %d", fcntl(100, F_GETFD));
    NAMES(100);

    say("closefrom");
    int listener = listener_on(AF_INET, 7000);
    MUST(dup2(listener, 150));
    MUST(close(listener));
    closefrom(150);
    CALL(connect((int)MUST(socket(AF_INET, SOCK_STREAM, 0)), AT4("127.0.0.1", 7000)));
    NAMES(100);

    say("closed by a raw system call, the number is a file's next");
    int raw = udp_on(AF_INET, 7001);
    CALL(syscall(SYS_close, raw));
    int file = (int)MUST(open("/dev/null", O_RDWR));
    say("same number: %d", file == raw);
    CALL(write(file, "x", 1));
    CALL(getsockname(file, NULL, NULL));
    CALL(close(udp_on(AF_INET, 7001)));

    say("a descriptor table of one's own");
    CALL(close_range(3, ~0U, CLOSE_RANGE_UNSHARE));
    CALL(close_range(5, 3, 0));
    CALL(close(kept.client));
    pair = tcp_pair(AF_INET);
    CALL(write(pair.client, "new", 3));
    READ(pair.server, 10);
}
