/* data_stdio_states.c: FILE streams on sockets that are no connections in good order. */
#include "harness.h"

#include <stdio_ext.h>

#ifdef __GLIBC__
static char line[100];

static void datagrams(void) {
    say("-- UDP");
    struct pair udp = udp_pair(AF_INET);
    FILE *client = fdopen(udp.client, "r+");
    CALL(fputs("hello", client) >= 0);
    CALL(fflush(client));
    RECV(udp.server, 20, 0);
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    MUST(getsockname(udp.client, (struct sockaddr *)&address, &length));
    MUST(connect(udp.server, (struct sockaddr *)&address, length));
    FILE *server = fdopen(udp.server, "r+");
    CALL(fputs("back\n", server) >= 0);
    CALL(fflush(server));
    say("%s", fgets(line, sizeof line, client));
    CALL(fclose(server));
    CALL(fputs("gone", client) >= 0);
    CALL(fflush(client));
    settle(udp.client, POLLERR);
    CALL(fputs("again", client) >= 0);
    CALL(fflush(client));
    CALL(fclose(client));
}

static void reset(void) {
    say("-- reset");
    struct pair pair = tcp_pair(AF_INET);
    FILE *client = fdopen(pair.client, "r+");
    MUST(write(pair.server, "line\n", 5));
    say("%s", fgets(line, sizeof line, client));
    MUST(write(pair.client, "unread", 6));
    settle(pair.server, POLLIN);
    MUST(close(pair.server));
    settle(pair.client, POLLERR);
    CALL(fgetc(client));
    clearerr(client);
    CALL(fgetc(client));
    CALL(fputs("x", client) >= 0);
    CALL(fflush(client));
    CALL(fclose(client));
}

static void early(void) {
    say("-- before the connection");
    int listener = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    MUST(bind(listener, AT4("127.0.0.1", 7340)));
    MUST(listen(listener, 1));
    int fd = (int)MUST(socket(AF_INET, SOCK_STREAM, 0));
    FILE *stream = fdopen(fd, "r+");
    CALL(fgetc(stream));
    clearerr(stream);
    CALL(fputs("early", stream) >= 0);
    CALL(fflush(stream));
    clearerr(stream);
    CALL(dprintf(fd, "early"));
    CALL(connect(fd, AT4("127.0.0.1", 7340)));
    int server = (int)MUST(accept(listener, NULL, NULL));
    CALL(fflush(stream));
    CALL(fputs("late\n", stream) >= 0);
    CALL(fflush(stream));
    settle(server, POLLIN);
    READ(server, 20);
    CALL(shutdown(fd, SHUT_WR));
    CALL(fputs("x", stream) >= 0);
    CALL(fflush(stream));
    CALL(fclose(stream));
}

static void ends_with_data(void) {
    struct pair pair = tcp_pair(AF_INET);
    FILE *client = fdopen(pair.client, "w");
    FILE *server = fdopen(pair.server, "r");
    CALL(fputs("written at exit", client) >= 0);
    /* What a child has is written by exit(3), and read by who has the other end. */
    pid_t child = (pid_t)MUST(fork());
    if (child == 0)
        exit(0);
    finish(child);
    __fpurge(client);
    CALL(fclose(client));
    say("%s", fgets(line, sizeof line, server));
    CALL(fclose(server));
}

int main(void) {
    signal(SIGPIPE, SIG_IGN);
    datagrams();
    reset();
    early();
    say("-- at the end of a process");
    ends_with_data();
}
#else
int main(void) {
    return 0;
}
#endif
