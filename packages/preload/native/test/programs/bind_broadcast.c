/* bind_broadcast.c: addresses of many as addresses of one's own. */
#include "harness.h"

static void attempt(int type, const char *ip) {
    int fd = (int)MUST(socket(AF_INET, type, 0));
    say("type %d, %s", type, ip);
    CALL(bind(fd, AT4(ip, 7000)));
    NAMES(fd);
    close(fd);
}

int main(void) {
    attempt(SOCK_DGRAM, "127.255.255.255");
    attempt(SOCK_DGRAM, "255.255.255.255");
    attempt(SOCK_DGRAM, "224.0.0.251");
    attempt(SOCK_STREAM, "224.0.0.251");
    int six = (int)MUST(socket(AF_INET6, SOCK_DGRAM, 0));
    CALL(bind(six, AT6("ff01::1", 7000)));
    struct sockaddr_in6 scoped = *(const struct sockaddr_in6 *)address6("ff01::1", 7000);
    scoped.sin6_scope_id = 1;
    CALL(bind(six, (struct sockaddr *)&scoped, sizeof scoped));
    NAMES(six);
}
