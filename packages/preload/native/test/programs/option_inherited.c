/* option_inherited.c: what a socket has of SOL_SOCKET goes to those it accepts, and outlasts a disconnect. */
#include "harness.h"

static const struct {
    int option;
    int value;
    const char *name;
} OPTIONS[] = {
    {SO_KEEPALIVE, 1, "SO_KEEPALIVE"},
    {SO_OOBINLINE, 1, "SO_OOBINLINE"},
    {SO_RCVLOWAT, 3, "SO_RCVLOWAT"},
    {SO_PRIORITY, 4, "SO_PRIORITY"},
    {SO_BROADCAST, 1, "SO_BROADCAST"},
    {SO_DONTROUTE, 1, "SO_DONTROUTE"},
    {SO_TIMESTAMP, 1, "SO_TIMESTAMP"},
    {SO_TIMESTAMPNS, 1, "SO_TIMESTAMPNS"},
    {SO_TIMESTAMPING, 8, "SO_TIMESTAMPING"},
    {SO_RXQ_OVFL, 1, "SO_RXQ_OVFL"},
    {SO_NO_CHECK, 1, "SO_NO_CHECK"},
    {SO_MAX_PACING_RATE, 123456, "SO_MAX_PACING_RATE"},
    {SO_SELECT_ERR_QUEUE, 1, "SO_SELECT_ERR_QUEUE"},
};
enum { COUNT = sizeof OPTIONS / sizeof *OPTIONS };

static void set_all(int fd) {
    struct timeval limit = {.tv_sec = 3};
    MUST(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit));
    for (unsigned i = 0; i < COUNT; i++)
        setsockopt(fd, SOL_SOCKET, OPTIONS[i].option, &OPTIONS[i].value, sizeof OPTIONS[i].value);
}

static void show_all(int fd) {
    for (unsigned i = 0; i < COUNT; i++)
        show_option("fd", fd, SOL_SOCKET, OPTIONS[i].option, OPTIONS[i].name);
    OPTION(fd, SOL_SOCKET, SO_RCVTIMEO);
}

int main(void) {
    struct sockaddr nobody = {.sa_family = AF_UNSPEC};
    int listener = listener_on(AF_INET, 0), queue = 5;
    set_all(listener);
    CALL(setsockopt(listener, IPPROTO_TCP, TCP_FASTOPEN, &queue, sizeof queue));
    int client = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    set_all(client);
    MUST(connect(client, LOCAL(AF_INET, port_of(listener))));
    int server = (int)MUST(accept(listener, NULL, NULL));
    say("-- accepted");
    show_all(server);
    OPTION(server, IPPROTO_TCP, TCP_FASTOPEN);
    say("-- disconnected");
    CALL(connect(client, &nobody, sizeof nobody));
    show_all(client);

    /* Disconnecting was a reset; the end of the next connection is none. */
    CALL(close(server));
    MUST(connect(client, LOCAL(AF_INET, port_of(listener))));
    server = (int)MUST(accept(listener, NULL, NULL));
    CALL(write(client, "hello", 5));
    CALL(close(client));
    settle(server, POLLRDHUP);
    READ(server, 10);
    READ(server, 10);
    CALL(close(server));
    CALL(connect(listener, &nobody, sizeof nobody));
    OPTION(listener, IPPROTO_TCP, TCP_FASTOPEN);
}
